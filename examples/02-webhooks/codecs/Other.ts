/** Every event without a codec of its own: its name, and what such payloads may have in common. */
import * as t from "io-ts";
import { MessageIdCodec } from "sluice";
import { Repository } from "./Repository.js";

export const Other = t.type({
  delivery: MessageIdCodec,
  event: t.literal("other"),
  name: t.string,
  payload: t.partial({ action: t.union([t.string, t.null]), repository: Repository }),
});
