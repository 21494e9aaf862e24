/** The frame that all webhooks share, around the payload of one event. */
import * as t from "io-ts";
import { MessageIdCodec } from "sluice";

export const hookOf = <E extends string, P extends t.Mixed>(event: E, payload: P) =>
  t.type({ delivery: MessageIdCodec, event: t.literal(event), payload });
