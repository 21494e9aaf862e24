/**
 * What is to become of a delivered message. Outcomes are branded values: nothing else can be taken for one, so a handler
 * may return them beside ordinary results.
 */

declare const brand: unique symbol;

type AnOutcome<T extends string, F = unknown> = Readonly<F> & { readonly _tag: T; readonly [brand]: "Outcome" };

/**
 * - `Ack`: done; the message is gone.
 * - `Retry`: counted as a failure; due again after `delayMs`, at once without it.
 * - `Release`: back to its place at the front, not counted (shutdown, breaker); after `delayMs`, at once without it.
 * - `Reject`: to the dead letters now.
 * - `Block`: counted, and kept in its place until somebody unblocks it. Scope "key" holds back the followers of its key
 *   (an unkeyed message is held alone), scope "queue" halts the whole queue.
 */
export type Outcome =
  | AnOutcome<"Ack">
  | AnOutcome<"Retry", { cause: unknown; delayMs?: number | undefined }>
  | AnOutcome<"Release", { reason: string; delayMs?: number | undefined }>
  | AnOutcome<"Reject", { cause: unknown }>
  | AnOutcome<"Block", { cause: unknown; scope: "key" | "queue" }>;

type Fields<T extends Outcome["_tag"]> = Omit<Extract<Outcome, { readonly _tag: T }>, "_tag" | typeof brand>;

const made = new WeakSet<object>();

const make = <O extends Outcome>(fields: Omit<O, typeof brand>): O => {
  const outcome = Object.freeze(fields) as O;
  made.add(outcome);
  return outcome;
};

/** Done: the message is gone. */
export const Ack: Outcome = make<Extract<Outcome, { readonly _tag: "Ack" }>>({ _tag: "Ack" });
/** Failed, to be tried again after `delayMs` (milliseconds, at once without it). */
export const Retry: (fields: Fields<"Retry">) => Outcome = (fields) =>
  make<Extract<Outcome, { readonly _tag: "Retry" }>>({ _tag: "Retry", cause: fields.cause, delayMs: fields.delayMs });
/** Given back uncounted, to the front: at once, or after `delayMs` (milliseconds), until when it holds its place in its key. */
export const Release: (fields: Fields<"Release">) => Outcome = (fields) =>
  make<Extract<Outcome, { readonly _tag: "Release" }>>({
    _tag: "Release",
    reason: fields.reason,
    delayMs: fields.delayMs,
  });
/** To the dead letters, now. */
export const Reject: (fields: Fields<"Reject">) => Outcome = (fields) =>
  make<Extract<Outcome, { readonly _tag: "Reject" }>>({ _tag: "Reject", cause: fields.cause });
/** Kept in its place until unblocked. */
export const Block: (fields: Fields<"Block">) => Outcome = (fields) =>
  make<Extract<Outcome, { readonly _tag: "Block" }>>({ _tag: "Block", cause: fields.cause, scope: fields.scope });

/** Tells an outcome that these constructors made from any other value, look-alikes included. */
export const isOutcome = (value: unknown): value is Outcome =>
  typeof value === "object" && value !== null && made.has(value);

/** Whether two outcomes ask for the same thing: the same tag, delay and scope, whatever the cause. */
export const sameOutcome = (a: Outcome, b: Outcome): boolean =>
  a === b || (a._tag === b._tag && delayOf(a) === delayOf(b) && scopeOf(a) === scopeOf(b));

/** Milliseconds until what the outcome gives back is due again; 0 where it is so at once, or never. */
export const delayOf = (outcome: Outcome): number => ("delayMs" in outcome ? (outcome.delayMs ?? 0) : 0);

const scopeOf = (outcome: Outcome): string => (outcome._tag === "Block" ? outcome.scope : "");
