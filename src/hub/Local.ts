/** What all faces of one hub share on one store handle: `hub(store, definition)` may be called any number of times. */
import { Subject } from "rxjs";
import type { Revision } from "../core/Revision.js";
import type { PutStep } from "../core/steps/Put.js";
import type { Store } from "../port/Store.js";
import type { DispatchId } from "./ids.js";
import type { Routes } from "./routes/Routes.js";
import { Sink } from "./Sink.js";
import type { DestinationValve } from "./valve/DestinationValve.js";

/** The routes of the record, as they were read last. */
export interface Held {
  readonly revision: Revision;
  readonly routes: Routes;
}

/** A dispatch whose handler runs. */
export interface Running {
  /** What tells all processes that it is on its way; undefined where it was due behind `beforeMs`. */
  readonly sign: (nowMs: number, beforeMs: number) => PutStep | undefined;
  /** Called once for each sign: whether it is on record. */
  readonly signed: (isWritten: boolean) => void;
}

export class Local {
  /** Undefined: no record was there, or none was looked for yet. Each emit checks that this is still so. */
  held: Held | undefined = undefined;
  /** Whether the record was looked for, so that another one is a change. */
  hasLooked = false;
  /** Emits when this process has replaced the routes. */
  readonly replaced$: Subject<void> = new Subject<void>();
  /** The dispatches whose handlers run. */
  readonly running: Map<DispatchId, Running> = new Map<DispatchId, Running>();
  /**
   * The destinations that emits of this process have written to. Each is put on record together with a first dispatch; until one of these
   * writes was answered, the others bring the same put.
   */
  readonly destinations: Map<string, PutStep | "on record"> = new Map<string, PutStep | "on record">();
  /** What lets executions begin, by destination and its options. */
  readonly valves: Map<string, DestinationValve> = new Map<string, DestinationValve>();

  constructor(readonly sink: Sink) {}
}

const ofStores = new WeakMap<Store, Map<string, Local>>();

export const localOf = (store: Store, name: string): Local => {
  const locals = ofStores.get(store) ?? new Map<string, Local>();
  ofStores.set(store, locals);
  const local = locals.get(name) ?? new Local(new Sink(name, store.logger));
  locals.set(name, local);
  return local;
};
