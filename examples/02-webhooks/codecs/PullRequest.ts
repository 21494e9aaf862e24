import * as t from "io-ts";
import { hookOf } from "./hookOf.js";
import { Repository } from "./Repository.js";

export const PullRequest = hookOf(
  "pull_request",
  t.type({
    action: t.string,
    number: t.number,
    pull_request: t.type({ title: t.string, draft: t.boolean }),
    repository: Repository,
  }),
);
