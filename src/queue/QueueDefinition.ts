/** What a queue is, apart from its store: a name, a codec, and limits. Every process that uses the queue should use the same. */
import type { Type } from "io-ts";
import { checkBytesMax, checkCodec } from "../codec/definition.js";
import { callable, duration, type Options, optionsOf, wellFormedName, wholeNumber } from "../core/options.js";

/** The limits of a queue. Each has a default. */
export interface QueueLimits<A> {
  /** Messages of one key are delivered one at a time, in order. Undefined: unkeyed. At most 512 UTF-8 bytes. */
  readonly key: (data: A) => string | undefined;
  /** How long a delivery may stay unsettled before it is delivered again. Milliseconds, 10 or more; default 30,000. */
  readonly leaseMs: number;
  /** Failures (retries, expired leases) after which the store dead-letters on its own. 1 to 4,000, or `Infinity`: never. Default 20. */
  readonly attemptsMax: number;
  /**
   * How often in a row a message may be delivered and given back uncounted (Release, unsubscribing). After that it is dead-lettered:
   * a stream that fails and is subscribed to again would deliver it for ever. 1 to 4,000, or `Infinity`: never. Default 1,000.
   */
  readonly deliveriesMax: number;
  /** The largest encoded value. Bytes, default 1 MiB; less than 8 MiB. */
  readonly payloadBytesMax: number;
  /** One consumer at a time in all processes; others stand by. Default false. */
  readonly exclusive: boolean;
  /** How long an `id` or a `dedupe.id` given to enqueue is remembered. Milliseconds, default 5 minutes. */
  readonly dedupeMs: number;
}

/** A queue's name, codec and limits. */
export interface QueueDefinition<A> extends Options<QueueLimits<A>> {
  /** 1 to 128 letters, digits and `_ . : @ / -`. */
  readonly name: string;
  /** Checks what is enqueued and what is delivered. A message that it refuses on delivery is poison. */
  readonly codec: Type<A, unknown>;
}

/** A definition with its defaults filled in. */
export interface ResolvedDefinition<A> extends Omit<QueueLimits<A>, "key"> {
  readonly name: string;
  readonly codec: Type<A, unknown>;
  readonly key: ((data: A) => string | undefined) | undefined;
}

const NAMES = [
  "name",
  "codec",
  "key",
  "leaseMs",
  "attemptsMax",
  "deliveriesMax",
  "payloadBytesMax",
  "exclusive",
  "dedupeMs",
] as const;

/** Checks a definition, or throws `InvalidConfig` with a sentence that says what to change. */
export const resolveDefinition = <A>(given: QueueDefinition<A>): ResolvedDefinition<A> => {
  const definition = optionsOf(given, NAMES, "definition");
  return {
    name: wellFormedName("name", definition.name),
    codec: checkCodec(definition.codec),
    key: definition.key === undefined ? undefined : callable("key", definition.key),
    leaseMs: wholeNumber("leaseMs", definition.leaseMs ?? 30_000, { ...duration, min: 10 }),
    attemptsMax: boundOf("attemptsMax", definition.attemptsMax ?? 20),
    deliveriesMax: boundOf("deliveriesMax", definition.deliveriesMax ?? 1_000),
    payloadBytesMax: checkBytesMax("payloadBytesMax", definition.payloadBytesMax),
    exclusive: definition.exclusive ?? false,
    dedupeMs: wholeNumber("dedupeMs", definition.dedupeMs ?? 5 * 60_000, duration),
  };
};

/** Stores count up to 4,095, so a bound beyond that is never reached. They take whole numbers. */
const boundOf = (option: string, bound: number): number =>
  bound === Number.POSITIVE_INFINITY ? Number.MAX_SAFE_INTEGER : wholeNumber(option, bound, { min: 1, max: 4_000 });
