/**
 * The partner: an HTTP server with a webhook receiver. What it takes stands in its inbox once, however often it comes. It, too, fails: of
 * some webhooks it refuses the first request since it is busy, or asks to be left alone for a second, or its answer gets lost behind the write.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { isLeft, isRight } from "fp-ts/lib/Either.js";
import * as t from "io-ts";
import { queue, type Store } from "sluice";
import { webhookReceiver } from "sluice/hub";
import { chance } from "./failures.js";
import { partnerSecret } from "./hooksHub.js";
import { readBody } from "./readBody.js";

const bodyBytesMax = 256 * 1_024;

/** It knows no other events: they are refused for good. */
const Known = t.type({
  delivery: t.string,
  name: t.keyof({ push: null, release: null, star: null, fork: null, create: null, delete: null }),
});

/** What the partner's side tells at the end. */
export interface PartnerReport {
  /** Requests that came in. */
  readonly asked: number;
  /** Requests of what was taken before. */
  readonly duplicates: number;
  /** Webhooks in its inbox, and how many of them stand there more than once. */
  readonly taken: number;
  readonly twice: number;
}

export interface Partner {
  readonly url: string;
  readonly report: () => Promise<PartnerReport>;
  readonly close: () => Promise<void>;
}

type Fate = "busy" | "asks to wait" | "answer is lost" | "answers";

const fateOf = (seed: string, count: number): Fate => {
  const drawn = chance(seed, "the partner", String(count));
  return drawn < 0.1 ? "busy" : drawn < 0.2 ? "asks to wait" : drawn < 0.4 ? "answer is lost" : "answers";
};

export const startPartner = async (store: Store, seed: string): Promise<Partner> => {
  const inbox = queue(store, { name: "partner", codec: Known });
  const receiver = webhookReceiver(store, { name: "partner", codec: Known, secrets: [partnerSecret], bodyBytesMax });
  const seen = new Set<unknown>();
  let asked = 0;
  let duplicates = 0;

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    asked += 1;
    const { headers } = request;
    const id = headers["webhook-id"];
    const fate = seen.has(id) ? "answers" : fateOf(seed, seen.size);
    seen.add(id);
    const body = await readBody(request, bodyBytesMax);
    if (body === undefined) response.writeHead(413, { connection: "close" }).end();
    else if (fate === "busy") response.writeHead(503).end();
    else if (fate === "asks to wait") response.writeHead(429, { "retry-after": "1" }).end();
    else {
      const received = await receiver.accept({ headers, body }, (hook) => [inbox.enqueue(hook)]);
      if (isRight(received) && received.right.duplicate) duplicates += 1;
      if (fate === "answer is lost") response.destroy();
      else if (isLeft(received)) response.writeHead(received.left.status).end(received.left._tag);
      else response.writeHead(202).end();
    }
  };

  const server = createServer((request, response) => {
    // A store that is away, or a request that broke off: the hub comes again.
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.on("error", reject).listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hooks`,
    report: async () => {
      const items = await inbox.peek({ limit: 1_000 });
      const deliveries = items.flatMap(({ data }) => (isRight(data) ? [data.right.delivery] : []));
      return { asked, duplicates, taken: deliveries.length, twice: deliveries.length - new Set(deliveries).size };
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
