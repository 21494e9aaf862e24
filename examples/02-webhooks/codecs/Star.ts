import * as t from "io-ts";
import { hookOf } from "./hookOf.js";
import { Repository } from "./Repository.js";

export const Star = hookOf(
  "star",
  t.type({ action: t.union([t.literal("created"), t.literal("deleted")]), repository: Repository }),
);
