import * as t from "io-ts";
import { hookOf } from "./hookOf.js";
import { Repository } from "./Repository.js";

export const Release = hookOf(
  "release",
  t.type({
    action: t.string,
    release: t.type({ tag_name: t.string, name: t.union([t.string, t.null]) }),
    repository: Repository,
  }),
);
