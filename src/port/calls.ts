/** Every call of a store and its kind, so that a wrapper that treats calls alike forgets none. */
import type { Effect } from "../core/Effect.js";
import type { Store } from "./Store.js";

/** The names of the calls: the properties of a store that are functions which make an Effect. */
export type CallName = {
  readonly [K in keyof Store]-?: Store[K] extends (...request: never) => Effect<unknown> ? K : never;
}[keyof Store];

/**
 * - `"look"` changes nothing.
 * - `"change"` has a write id: sent again, it answers as before.
 * - `"lease"` takes messages, and may wait; unsubscribing gives them back.
 * - `"wait"` changes nothing, and may wait; unsubscribing ends that.
 * - `"renew"` makes leases last longer.
 * - `"leave"` is the last call of a consumer.
 * - `"close"` ends this handle.
 */
export type CallKind = "look" | "change" | "lease" | "wait" | "renew" | "leave" | "close";

export const callKinds: { readonly [K in CallName]: CallKind } = {
  write: "change",
  lease: "lease",
  extend: "renew",
  leave: "leave",
  heads: "look",
  ready: "look",
  close: "close",
  stats: "look",
  peek: "look",
  blocked: "look",
  deadLetters: "look",
  setPaused: "change",
  unblock: "change",
  redrive: "change",
  redriveFrom: "change",
  purge: "change",
  getRecords: "look",
  countRecords: "look",
  pageRecords: "look",
  readStream: "look",
  readFeed: "wait",
  pruneStream: "change",
  setClosed: "change",
  trimLog: "change",
};

/** The other properties of a store. */
export const properties: { readonly [K in Exclude<keyof Store, CallName>]-?: true } = {
  scheduler: true,
  capabilities: true,
  logger: true,
  events$: true,
  newId: true,
};
