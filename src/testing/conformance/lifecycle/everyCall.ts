/** A request of every call of a store, for cases that are about calls of any kind. */
import type { Effect } from "../../../core/Effect.js";
import { newMessageId } from "../../../core/MessageId.js";
import { positionOf } from "../../../core/Position.js";
import type { CallName } from "../../../port/calls.js";
import type { Scene } from "../queue/Scene.js";
import { leaseRequest } from "../queue/steps.js";

type Call = (scene: Scene) => Effect<unknown>;

/** Of every call but `close`: the compiler names a call that is missing here. */
export const everyCall: { readonly [K in Exclude<CallName, "close">]: Call } = {
  write: (scene) => scene.store.write([[scene.enqueueStep("new")]], "every call: write"),
  lease: ({ store, queue }) => store.lease(leaseRequest(queue)),
  extend: ({ store, queue }) =>
    store.extend({ queue, leases: [{ id: newMessageId(), token: "none" }], leaseMs: 1_000 }),
  leave: ({ store, queue }) => store.leave({ queue, consumer: "one" }),
  heads: ({ store, queue }) => store.heads({ queue, keys: ["k"] }),
  ready: ({ store }) => store.ready(),
  stats: ({ store, queue }) => store.stats(queue),
  peek: ({ store, queue }) => store.peek({ queue, limit: 1 }),
  blocked: ({ store, queue }) => store.blocked({ queue, after: undefined, limit: 1 }),
  deadLetters: ({ store, queue }) => store.deadLetters({ queue, after: undefined, limit: 1 }),
  setPaused: ({ store, queue }) => store.setPaused({ queue, paused: false }, "every call: setPaused"),
  unblock: ({ store, queue }) =>
    store.unblock({ queue, target: "all", decision: "retry", limit: 1 }, "every call: unblock"),
  redrive: ({ store, queue }) => store.redrive({ queue, letters: [] }, "every call: redrive"),
  redriveFrom: ({ store, queue }) =>
    store.redriveFrom({ queue, after: undefined, seenMax: 1, limit: 1, ids: undefined }, "every call: redriveFrom"),
  purge: ({ store, queue }) => store.purge({ queue, limit: 1 }, "every call: purge"),
  getRecords: ({ store }) => store.getRecords([{ collection: "things", id: "one" }]),
  countRecords: ({ store }) => store.countRecords({ collection: "things", indexes: ["all"] }),
  readStream: ({ store }) => store.readStream({ stream: "one", after: 0, upTo: undefined, limit: 1, backwards: false }),
  readFeed: ({ store }) =>
    store.readFeed({ after: undefined, types: undefined, categories: undefined, limit: 1, waitMsMax: 0 }),
  pruneStream: ({ store }) => store.pruneStream({ stream: "one", upTo: 1, limit: 1 }, "every call: pruneStream"),
  setClosed: ({ store }) => store.setClosed({ stream: "one", closed: false }, "every call: setClosed"),
  trimLog: ({ store }) => store.trimLog({ upTo: positionOf(1, "000000"), limit: 1 }, "every call: trimLog"),
  pageRecords: ({ store }) =>
    store.pageRecords({
      collection: "things",
      indexes: ["all"],
      from: undefined,
      upTo: undefined,
      after: undefined,
      limit: 1,
      backwards: false,
    }),
};
