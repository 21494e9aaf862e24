/** What is emitted: a webhook as GitHub sends it, and all of them from the package @octokit/webhooks-examples. */
import { createRequire } from "node:module";
import { isLeft } from "fp-ts/lib/Either.js";
import * as t from "io-ts";

export const Hook = t.type({
  /** Its event and its place among the examples of that. */
  delivery: t.string,
  name: t.string,
  payload: t.UnknownRecord,
});
export type Hook = t.TypeOf<typeof Hook>;

const Examples = t.array(t.type({ name: t.string, examples: t.array(t.UnknownRecord) }));

export const readHooks = (): ReadonlyArray<Hook> => {
  const read = Examples.decode(createRequire(import.meta.url)("@octokit/webhooks-examples"));
  if (isLeft(read)) throw new Error("the package @octokit/webhooks-examples has another form than it had");
  return read.right.flatMap(({ name, examples }) =>
    examples.map((payload, i) => ({ delivery: `${name}/${i}`, name, payload })),
  );
};
