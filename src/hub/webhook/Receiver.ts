/** The other end of a webhook: what it takes, and what it answers. */
import type { Either } from "fp-ts/lib/Either.js";
import type { Type } from "io-ts";
import type { Effect, ErrorsOf } from "../../core/Effect.js";
import type { Options } from "../../core/options.js";
import type { WriteError } from "../../core/SluiceError.js";
import type { Write } from "../../core/Write.js";

/** A request as it came. */
export interface WebhookRequest {
  /** By name, in any case: `request.headers` of Node, or `Object.fromEntries(request.headers)` of a fetch `Request`. */
  readonly headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>;
  /** The body as it came, not what was parsed of it: its bytes are signed. A text counts as UTF-8. */
  readonly body: string | Uint8Array;
}

/** A request that was taken. */
export interface Received {
  /** The sender's id of what it delivers, the same each time it does so. */
  readonly key: string;
  /** Whether it was taken before: then nothing was written. */
  readonly duplicate: boolean;
}

/**
 * Why a request was not taken, and the status to answer. `NoKey`: it has no `webhook-id` of 1 to 256 printable ASCII characters without a
 * point. `BadSignature`: it is not signed by one of the secrets. `TooOld`: it is, but for another time. `Malformed`: its body is too large,
 * no JSON, or does not fit the codec; `report` says where, and shows nothing of it.
 */
export interface Refusal {
  readonly _tag: "BadSignature" | "TooOld" | "NoKey" | "Malformed";
  readonly status: 400 | 401;
  readonly report: ReadonlyArray<string>;
}

/** What a receiver takes, and how long it remembers. */
export interface ReceiverDefinition<A>
  extends Options<{
    /** How far the time of a signature may be from the time here, before it and behind it. Milliseconds, default 300,000. */
    ageMsMax: number;
    /**
     * How long a key is remembered. Milliseconds, default 604,800,000 (7 days); twice `ageMsMax` or more, else a request could be sent
     * again that still counts as new. Let it be longer than the sender goes on retrying.
     */
    keepMs: number;
    /** The largest body. Bytes, default 1 MiB; less than 8 MiB. */
    bodyBytesMax: number;
  }> {
  /** 1 to 64 letters, digits and `_ . : @ / -`. Receivers of one name and store have their keys in common, in all processes. */
  readonly name: string;
  /** Checks the payload. */
  readonly codec: Type<A, unknown>;
  /** Of the sender, 1 to 10: "whsec_" and Base64, or any text. To change one, add the new one here, then give it to the sender. */
  readonly secrets: ReadonlyArray<string>;
}

/** Takes webhooks: each once. Made by `webhookReceiver`. */
export interface WebhookReceiver<out A> {
  /**
   * Checks a request, and writes in one write its key and what `followUp` makes of the payload. A key that was there before refuses that
   * write as a whole. `followUp` may be called for a request that turns out to be a second one, so it makes writes, and does nothing else.
   *
   * Errors: those of the writes. `EncodeRefused` where `followUp` throws. After these answer a 5xx, and the sender comes again.
   */
  readonly accept: <const W extends ReadonlyArray<Write<unknown>>>(
    request: WebhookRequest,
    followUp: (payload: A) => W,
  ) => Effect<Either<Refusal, Received>, WriteError | ErrorsOf<W[number]>>;
}
