/** The frame that all webhooks share, around the payload of one event. */
import * as t from "io-ts";
import { DeliveryId } from "./DeliveryId.js";

export const hookOf = <E extends string, P extends t.Mixed>(event: E, payload: P) =>
  t.type({ delivery: DeliveryId, event: t.literal(event), payload });
