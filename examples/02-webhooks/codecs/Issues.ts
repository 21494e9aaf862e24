import * as t from "io-ts";
import { Repository } from "./Repository.js";
import { hookOf } from "./hookOf.js";

export const Issues = hookOf(
  "issues",
  t.type({ action: t.string, issue: t.type({ number: t.number, title: t.string }), repository: Repository }),
);
