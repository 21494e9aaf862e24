/** Posts by Node's own HTTP client, to addresses that were looked at before. */
import { lookup as systemLookup } from "node:dns";
import { type ClientRequest, Agent as HttpAgent, request as httpRequest, type RequestOptions } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { isIP } from "node:net";
import { Observable, type Subscriber, throwError } from "rxjs";
import { isPublicAddress } from "./addresses.js";
import { checkedLookup, NotPublic, type Resolve, sharedResolve } from "./checkedLookup.js";
import { drain } from "./drain.js";
import type { Address, Answer, Letter, Post } from "./Post.js";

export interface Sockets extends Address {
  readonly privateAddresses: boolean;
  /** Asks for the addresses of a name. Default: as the system does. */
  readonly resolve?: Resolve | undefined;
}

/** A connection that nothing was sent on for so long is closed: as long as Node's own server keeps it. Milliseconds. */
const IDLE_MS = 5_000;
/** So many connections to one endpoint are kept while nothing is sent on them. */
const FREE_SOCKETS_MAX = 32;
/** Headers of an answer, in bytes. What has more is no answer. */
const HEADERS_BYTES_MAX = 16 * 1_024;

/** Connections of its own, kept alive between requests; they do not keep the process alive. */
export const postBySockets = ({ url, answerBytesMax, privateAddresses, resolve = systemLookup }: Sockets): Post => {
  const isAllowed = privateAddresses ? () => true : isPublicAddress;
  const host = url.hostname.replace(/^\[|\]$/g, "");
  // A socket asks for no addresses where the host is one.
  if (isIP(host) !== 0 && !isAllowed(host)) return () => throwError(() => new NotPublic());
  const { Agent, request } = clients(url);
  const kept = new Agent({ keepAlive: true, maxFreeSockets: FREE_SOCKETS_MAX, timeout: IDLE_MS });
  const fresh = new Agent({ keepAlive: false });
  const lookup = checkedLookup(sharedResolve(resolve), isAllowed);
  return (letter) =>
    new Observable((subscriber) => {
      const exchange = new Exchange(subscriber, answerBytesMax, (again) =>
        request(url, { ...optionsOf(letter), lookup, agent: again ? fresh : kept }),
      );
      exchange.send(letter.body);
      return () => exchange.giveUp();
    });
};

const clients = ({ protocol }: URL) =>
  protocol === "https:" ? { Agent: HttpsAgent, request: httpsRequest } : { Agent: HttpAgent, request: httpRequest };

const optionsOf = ({ headers, body }: Letter): RequestOptions => ({
  method: "POST",
  headers: { ...headers, "content-length": body.length },
  maxHeaderSize: HEADERS_BYTES_MAX,
});

/** Makes a request: on a connection that was kept, or `again` on a fresh one. */
type MakeRequest = (again: boolean) => ClientRequest;

/**
 * One request until its answer. A connection that was kept may have been closed by the other side at the moment in which the request was
 * sent. That says nothing about the endpoint, so the request is then sent again, once, on a fresh one: the endpoint knows it by its id.
 */
class Exchange {
  private request: ClientRequest | undefined;
  private answered = false;

  constructor(
    private readonly subscriber: Subscriber<Answer>,
    private readonly answerBytesMax: number,
    private readonly make: MakeRequest,
  ) {}

  send(body: Uint8Array, again = false): void {
    const request = this.make(again);
    this.request = request;
    request.on("response", (answer) => {
      this.tell({
        status: answer.statusCode ?? 0,
        retryAfter: answer.headers["retry-after"],
        date: answer.headers.date,
      });
      drain(request, answer, this.answerBytesMax);
    });
    // Without this, Node would close the connection of a 101 and call it a failure of the network.
    request.on("upgrade", ({ statusCode = 0 }, socket) => {
      socket.destroy();
      this.tell({ status: statusCode, retryAfter: undefined, date: undefined });
    });
    request.on("error", (cause: NodeJS.ErrnoException) => {
      if (this.answered || this.subscriber.closed) return;
      if (request.reusedSocket && !again && CLOSED.has(cause.code)) this.send(body, true);
      else this.subscriber.error(cause);
    });
    request.end(body);
  }

  giveUp(): void {
    if (!this.answered) this.request?.destroy();
  }

  private tell(answer: Answer): void {
    this.answered = true;
    this.subscriber.next(answer);
    this.subscriber.complete();
  }
}

/** How it looks when the other side has closed a connection. */
const CLOSED: ReadonlySet<string | undefined> = new Set(["ECONNRESET", "EPIPE"]);
