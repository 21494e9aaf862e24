import * as t from "io-ts";
import { hookOf } from "./hookOf.js";
import { Repository } from "./Repository.js";

export const Push = hookOf(
  "push",
  t.type({ ref: t.string, commits: t.array(t.unknown), pusher: t.type({ name: t.string }), repository: Repository }),
);
