/** An HTTP endpoint as a destination of a hub. */
import { isLeft } from "fp-ts/lib/Either.js";
import type * as t from "io-ts";
import { catchError, defer, EMPTY, map, merge, Observable, take, throwError } from "rxjs";
import { ENVELOPE_VERSION, encodePayload } from "../../codec/envelope.js";
import { timeOfDay } from "../../core/Clock.js";
import { showing } from "../../core/inspecting.js";
import { nonRetryable } from "../../core/nonRetryable.js";
import { type Options, optionsOf } from "../../core/options.js";
import { type Bound, type DestinationOptions, type DispatchResult, destination } from "../Destination.js";
import { DESTINATION_NAMES } from "../destinationOptions.js";
import type { Resolve } from "./checkedLookup.js";
import { type Endpoint, endpointOf } from "./endpoint.js";
import type { Letter } from "./Post.js";
import { ID_HEADER, SIGNATURE_HEADER, signatureText, TIMESTAMP_HEADER } from "./signature.js";
import { unansweredBy, verdictOf } from "./verdict.js";

/** How an endpoint is posted to. */
export interface WebhookOptions<A>
  extends DestinationOptions,
    Options<{
      /**
       * Signs each request; the receiver must know it. "whsec_" and Base64 of 24 to 64 random bytes, or any text; it shows nowhere.
       * Default: requests are not signed.
       */
      secret: string;
      /** Sent along, such as an `authorization`. Those that this sets itself are refused. Default: none. */
      headers: Readonly<Record<string, string>>;
      /** Makes JSON of the payload. Default: the payload is posted as its JSON. */
      codec: t.Type<A, unknown>;
      /** Whether the endpoint may have an address that is not of the public internet: loopback, private, link-local. Default false. */
      privateAddresses: boolean;
      /** The largest body. Bytes, default 1 MiB; less than 8 MiB. A larger one is not sent, and its dispatch fails for good. */
      bodyBytesMax: number;
      /** So much of an answer is read, and forgotten; of a longer one the connection is closed. Bytes, default 64 KiB. */
      answerBytesMax: number;
      /** Posts instead of sockets of its own. It resolves names itself, so that private addresses are its concern. */
      fetch: typeof fetch;
    }> {}

/** How long an endpoint may take. Milliseconds. */
const TIMEOUT_MS = 5_000;

/**
 * An endpoint as a destination: POST of the payload as JSON, with the dispatch's id as `Idempotency-Key` and `webhook-id`, and, where
 * there is a secret, signed as "Standard Webhooks" has it (`webhook-timestamp`, `webhook-signature`). `webhookReceiver` is the other side.
 *
 * 2xx completes. 5xx, 429, no answer within `timeoutMs` (default 5,000) and failures of the network are failed executions, tried again as
 * the route says, or when the `Retry-After` says, a day at most. Redirects and all other answers fail the dispatch for good, as do
 * addresses that are not public: a name is resolved once, and the connection goes to an address that was looked at.
 *
 * Errors: throws `InvalidConfig` for a URL that is none of http or https or has credentials in it (give them by `headers`), and for options
 * out of their limits. What fails says status or code, and neither URL, headers, secret nor what was answered.
 *
 * Delivery: at least once, each attempt with the same id. Connections are kept alive between requests, 5 s and 32 at most while there
 * are none; they keep no process alive. A request that ends otherwise is given up, with its connection.
 *
 * @param url http or https, without credentials
 * @param options secret, headers, limits, and those of any destination
 *
 * @example
 * ```ts
 * import { webhook } from "sluice/hub";
 *
 * export const partner = webhook("https://partner.example/hooks", {
 *   secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
 *   concurrency: 10,
 * });
 * ```
 */
export const webhook = <A = unknown>(url: string | URL, options: WebhookOptions<A> = {}): Bound<A> =>
  webhookBy<A>(url, options);

const NAMES = [
  ...DESTINATION_NAMES,
  "secret",
  "headers",
  "codec",
  "privateAddresses",
  "bodyBytesMax",
  "answerBytesMax",
  "fetch",
] as const;

/** The same, with names resolved by `resolve`. */
export const webhookBy = <A>(url: string | URL, options: WebhookOptions<A>, resolve?: Resolve): Bound<A> => {
  const given = optionsOf(options, NAMES);
  const endpoint = endpointOf(url, given, resolve);
  const { concurrency, timeoutMs = TIMEOUT_MS, ratePerSecondMax, breakAfter, breakMs } = given;
  const bound = destination<A>(
    ({ payload }, { dispatchId, signal }) =>
      merge(
        abortedBy(signal),
        defer(() => (signal.aborted ? EMPTY : posted(endpoint, { id: dispatchId, payload }))),
      ).pipe(take(1)),
    { concurrency, timeoutMs, ratePerSecondMax, breakAfter, breakMs },
  );
  // The path of a URL may be a secret as well.
  return showing({ ...bound }, "Webhook", { host: endpoint.host });
};

/**
 * Fails when the signal aborts. The hub itself unsubscribes; a handler that hands its work on to this one may have the signal alone. It fails
 * a moment later: where the hub unsubscribes, it says why, and not this.
 */
const abortedBy = (signal: AbortSignal): Observable<never> =>
  new Observable((subscriber) => {
    const abort = (): void => queueMicrotask(() => subscriber.error(new Error("the request was aborted")));
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort);
    return () => signal.removeEventListener("abort", abort);
  });

interface Sent<A> {
  readonly id: string;
  readonly payload: A;
}

const posted = <A>(endpoint: Endpoint<A>, sent: Sent<A>): Observable<DispatchResult> =>
  endpoint.post(letterOf(endpoint, sent)).pipe(
    catchError((cause: unknown) => throwError(() => unansweredBy(cause))),
    map(verdictOf),
  );

const letterOf = <A>({ codec, signer, headers, bodyBytesMax }: Endpoint<A>, { id, payload }: Sent<A>): Letter => {
  const encoded = encodePayload(codec, payload, { bytesMax: bodyBytesMax, option: "bodyBytesMax" });
  if (isLeft(encoded)) throw nonRetryable(encoded.left);
  const body = Buffer.from(encoded.right.slice(ENVELOPE_VERSION.length), "utf8");
  const named = { ...headers, "content-type": "application/json", "idempotency-key": id, [ID_HEADER]: id };
  if (signer === undefined) return { headers: named, body };
  const timestamp = String(Math.floor(timeOfDay() / 1_000));
  const signature = signatureText(signer({ id, timestamp, body }));
  return { headers: { ...named, [TIMESTAMP_HEADER]: timestamp, [SIGNATURE_HEADER]: signature }, body };
};
