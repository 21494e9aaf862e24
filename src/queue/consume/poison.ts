/** Poison: a message whose payload its codec refuses, or that its store cannot read. */
import { Reject } from "../../core/Outcome.js";
import type { QueueTelling } from "../EventSink.js";
import type { LeasedDelivery } from "./LeasedDelivery.js";

/** Sends a poisoned message to the dead letters, with the report and its raw payload. It never reaches a handler. */
export const rejectPoison = (delivery: LeasedDelivery, report: ReadonlyArray<string>, events: QueueTelling): void => {
  events.poisoned(delivery.lease, report);
  delivery.settleWith(Reject({ cause: `poison: ${report.join("; ")}` }), [], () => undefined);
};
