/**
 * The tasks of hubs on their definitions alone. One line a call: see `calls`. Each run of a task makes a hub: what hubs of one name agree
 * upon is in the store, but to run `emit` again where its reply was lost stores the events twice, where that of `H` is the same write.
 */
import type { Hub, HubDefinition } from "../../hub/Hub.js";
import { hub } from "../../hub/makeHub.js";
import { type CallsOf, onHub } from "../calls.js";
import * as task from "../hub.js";
import type { ReaderOf } from "./queues.js";
import { type FaceTask, onMade, type StoreTask } from "./StoreTask.js";

type AnyHub = Hub<unknown, string>;

/** A call of a hub as such a task: of which definition comes first, its arguments last. */
export type OnHubDefinition<K extends CallsOf<Hub<unknown, string>>> = <D extends string, A = unknown>(
  definition: HubDefinition<A, D>,
) => ReaderOf<Hub<A, D>[K]>;

const made = (face: FaceTask<AnyHub>): unknown => onMade<HubDefinition<unknown, string>, AnyHub>(hub, face);

// The types say which arguments belong to which call: see onMade.
const onDefinition = <K extends CallsOf<AnyHub>>(name: K): OnHubDefinition<K> =>
  made(onHub(name)) as OnHubDefinition<K>;

/** Delivers dispatches until it is stopped; answers how many executions had each result. */
export const run = made(task.run as unknown as FaceTask<AnyHub>) as <D extends string, A = unknown>(
  definition: HubDefinition<A, D>,
) => (options: task.RunTaskOptions) => StoreTask<task.ExecutionTally>;
/** Stores events, their dispatches and messages, all in one write; answers the ids of the events. */
export const emit: OnHubDefinition<"emit"> = onDefinition("emit");
/** Marks as lost what is overdue, a page of it; answers what it has marked. */
export const markLost: OnHubDefinition<"markLost"> = onDefinition("markLost");
/** The event, or undefined where there is none. */
export const getEvent: OnHubDefinition<"getEvent"> = onDefinition("getEvent");
/** The dispatch, or undefined where there is none. */
export const getDispatch: OnHubDefinition<"getDispatch"> = onDefinition("getDispatch");
/** A page of events with their dispatches. */
export const listEvents: OnHubDefinition<"listEvents"> = onDefinition("listEvents");
/** A page of dispatches, in the order in which they were made. */
export const listDispatches: OnHubDefinition<"listDispatches"> = onDefinition("listDispatches");
/** Dispatches the same event to the same destination once more; answers the new dispatch. */
export const retryDispatch: OnHubDefinition<"retryDispatch"> = onDefinition("retryDispatch");
/** How many dispatches each destination has with each status. */
export const counts: OnHubDefinition<"counts"> = onDefinition("counts");
/** Routes for all processes, until `undefined` takes them back. */
export const replaceRoutes: OnHubDefinition<"replaceRoutes"> = onDefinition("replaceRoutes");
