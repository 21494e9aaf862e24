/**
 * What is to become of a delivered message. Outcomes are branded values: nothing else is taken for one, so a handler may return
 * them beside ordinary results.
 */
import { brandOf, isMarked } from "./brand.js";
import { describeCause } from "./cause.js";
import { type Inspect, inspecting, shown } from "./inspecting.js";

declare const brand: unique symbol;

/** One kind of outcome, with its fields. */
export type AnOutcome<T extends string, F = unknown> = Readonly<F> & { readonly _tag: T; readonly [brand]: "Outcome" };

/**
 * - `Ack`: done; the message is gone.
 * - `Retry`: counted as a failure; due again after `delayMs`, at once without it.
 * - `Release`: back to its place at the front, not counted (shutdown, breaker); after `delayMs`, at once without it.
 * - `Reject`: to the dead letters now.
 * - `Block`: counted as a failure, and kept in its place until somebody unblocks it. Scope "key" blocks its key, so that the
 *   followers wait (without a key the message alone is blocked); scope "queue" halts the whole queue.
 */
export type Outcome =
  | AnOutcome<"Ack">
  | AnOutcome<"Retry", { cause: unknown; delayMs?: number | undefined }>
  | AnOutcome<"Release", { reason: string; delayMs?: number | undefined }>
  | AnOutcome<"Reject", { cause: unknown }>
  | AnOutcome<"Block", { cause: unknown; scope: "key" | "queue" }>;

/** What an outcome of this kind is made of. */
export type OutcomeFields<T extends Outcome["_tag"]> = Omit<
  Extract<Outcome, { readonly _tag: T }>,
  "_tag" | typeof brand
>;

const known = brandOf("Outcome");

/**
 * How outcomes show themselves in logs and JSON: the cause, which may be any value of the user's, as a line of text. These
 * properties are hidden, so that an outcome equals a plain object.
 */
const face = {
  toJSON: {
    value(this: Outcome): object {
      return { ...this, ...causeLine(this) };
    },
  },
  [known]: { value: true },
  [inspecting]: {
    value(this: Outcome, depth: number, options: object, inspect?: Inspect): string {
      const { _tag, ...fields } = this;
      return shown(_tag, { ...fields, ...causeLine(this) }, { depth, options, inspect });
    },
  },
};

const causeLine = (outcome: Outcome): object => {
  if ("cause" in outcome) return { cause: describeCause(outcome.cause) };
  return "reason" in outcome ? { reason: describeCause(outcome.reason) } : {};
};

const make = <O extends Outcome>(fields: Omit<O, typeof brand>): O => {
  const outcome = Object.freeze(Object.defineProperties(fields, face)) as O;
  return outcome;
};

/** Done: the message is gone. */
export const Ack: Outcome = make<Extract<Outcome, { readonly _tag: "Ack" }>>({ _tag: "Ack" });
/** Failed, to be tried again after `delayMs` (milliseconds, at once without it). */
export const Retry: (fields: OutcomeFields<"Retry">) => Outcome = (fields) =>
  make<Extract<Outcome, { readonly _tag: "Retry" }>>({ _tag: "Retry", cause: fields.cause, delayMs: fields.delayMs });
/** Given back uncounted, to the front: at once, or after `delayMs` (milliseconds). Until then it keeps its place in its key. */
export const Release: (fields: OutcomeFields<"Release">) => Outcome = (fields) =>
  make<Extract<Outcome, { readonly _tag: "Release" }>>({
    _tag: "Release",
    reason: fields.reason,
    delayMs: fields.delayMs,
  });
/** To the dead letters, now. */
export const Reject: (fields: OutcomeFields<"Reject">) => Outcome = (fields) =>
  make<Extract<Outcome, { readonly _tag: "Reject" }>>({ _tag: "Reject", cause: fields.cause });
/** Kept in its place until unblocked. */
export const Block: (fields: OutcomeFields<"Block">) => Outcome = (fields) =>
  make<Extract<Outcome, { readonly _tag: "Block" }>>({ _tag: "Block", cause: fields.cause, scope: fields.scope });

/** A maker given instead of the outcome that it makes: `Reject` for `Reject({ cause })`. */
export type OutcomeMaker = typeof Retry | typeof Release | typeof Reject | typeof Block;

const makers: ReadonlyMap<unknown, string> = new Map<unknown, string>([
  [Retry, "Retry({ cause, delayMs })"],
  [Release, "Release({ reason })"],
  [Reject, "Reject({ cause })"],
  [Block, "Block({ cause, scope })"],
]);

const looks: ReadonlyMap<unknown, string> = new Map([
  ["Ack", "Ack"],
  ...[...makers].map(([, call]) => [call.slice(0, call.indexOf("(")), call] as const),
]);

/** Where the value is a maker that was not called: the call that makes an outcome of it. Else undefined. */
export const uncalled = (value: unknown): string | undefined => makers.get(value);

/**
 * How to write an outcome, where the value looks like one and is none: it has the tag of an outcome, or it has the mark and a
 * tag that only another version of the library knows. Else undefined.
 */
export const lookAlike = (value: object): string | undefined => {
  if (isOutcome(value)) return undefined;
  if (isMarked(value, known)) return "an outcome of this version (Ack, Retry, Release, Reject, Block)";
  return "_tag" in value ? looks.get(value._tag) : undefined;
};

/** Tells an outcome that these constructors made from any other value, look-alikes included. */
export const isOutcome = (value: unknown): value is Outcome => isMarked(value, known) && looks.has(tagOf(value));

/** A proxy of an outcome has its mark, and may throw. */
const tagOf = (value: unknown): unknown => {
  try {
    return (value as Outcome)._tag;
  } catch {
    return undefined;
  }
};

/** Whether two outcomes ask for the same thing: the same tag, delay and scope, whatever the cause. */
export const sameOutcome = (a: Outcome, b: Outcome): boolean =>
  a === b || (a._tag === b._tag && delayOf(a) === delayOf(b) && scopeOf(a) === scopeOf(b));

/** Milliseconds until the message is due again; 0 where it is due at once, or where the outcome does not give it back. */
export const delayOf = (outcome: Outcome): number => ("delayMs" in outcome ? (outcome.delayMs ?? 0) : 0);

const scopeOf = (outcome: Outcome): string => (outcome._tag === "Block" ? outcome.scope : "");
