import * as t from "io-ts";
import { hookOf } from "./hookOf.js";
import { Repository } from "./Repository.js";

export const Issues = hookOf(
  "issues",
  t.type({ action: t.string, issue: t.type({ number: t.number, title: t.string }), repository: Repository }),
);
