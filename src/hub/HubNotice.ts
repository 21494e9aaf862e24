/** What happens in a hub, for logs, metrics and alarms. Payloads are never in it. */
import type { SluiceError } from "../core/SluiceError.js";
import type { StoreEvent } from "../port/StoreEvent.js";
import type { Dispatch } from "./Dispatch.js";
import type { DispatchId } from "./ids.js";

/**
 * What happens in a hub of this process, beside its executions, which `run` emits.
 *
 * - `BreakerOpened`: so many executions have failed in a row, the last of them with this error, so that nothing begins at the destination until
 *   then. Told again at each trial that fails. `BreakerClosed`: a trial has ended well.
 * - `Lost`: this process has marked the dispatch as lost.
 * - `Misconfigured`: a dispatch came to this process, which has no such destination, and has ended so.
 * - `Refused`: the store did not take a result for a reason that asking again would not mend. The dispatch comes again when its lease ends.
 * - `StoreFailed`: a call for a destination has failed. Runs make it again; what was to be settled comes again at the latest when its lease
 *   ends.
 * - `Malformed`: this version of the library cannot read the record of the dispatch, or of its event. It is given back, for a process that can.
 * - `Poisoned`: what stands in the queue of the destination is no message of a dispatch; it is dead-lettered there.
 * - `RoutesReplaced`: other routes hold, as this process has done or found: `routes$` has them. `RoutesDiffer`: those of the record win over
 *   the ones that this program is deployed with. `RoutesUnreadable`: only a newer version of the library can read them, and emits fail.
 * - `Lacks`: routes that hold name destinations which this program does not have.
 */
export type HubNotice =
  | {
      readonly _tag: "BreakerOpened";
      readonly destination: string;
      readonly failures: number;
      /** By the store's clock. Milliseconds since 1970. */
      readonly untilMs: number;
      /** One line, as the log of the dispatch has it. */
      readonly error: string;
    }
  | { readonly _tag: "BreakerClosed"; readonly destination: string }
  | { readonly _tag: "Lost"; readonly dispatch: Dispatch }
  | { readonly _tag: "Misconfigured"; readonly destination: string; readonly dispatchId: DispatchId }
  | {
      readonly _tag: "Refused";
      readonly destination: string;
      readonly dispatchId: DispatchId;
      readonly error: SluiceError;
    }
  | {
      readonly _tag: "StoreFailed";
      readonly destination: string;
      readonly during: "lease" | "settle" | "extend";
      readonly error: SluiceError;
    }
  | {
      readonly _tag: "Malformed";
      readonly destination: string;
      readonly dispatchId: DispatchId;
      readonly of: "dispatch" | "event";
      readonly report: ReadonlyArray<string>;
    }
  | {
      readonly _tag: "Poisoned";
      readonly destination: string;
      readonly messageId: string;
      readonly report: ReadonlyArray<string>;
    }
  | { readonly _tag: "RoutesReplaced" }
  | { readonly _tag: "RoutesDiffer" }
  | { readonly _tag: "RoutesUnreadable"; readonly report: ReadonlyArray<string> }
  | { readonly _tag: "Lacks"; readonly destinations: ReadonlyArray<string> }
  | Extract<StoreEvent, { readonly _tag: "StoreDown" | "StoreUp" }>;
