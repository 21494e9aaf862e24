import * as t from "io-ts";
import { Repository } from "./Repository.js";
import { hookOf } from "./hookOf.js";

export const Star = hookOf(
  "star",
  t.type({ action: t.union([t.literal("created"), t.literal("deleted")]), repository: Repository }),
);
