/** The input: every example payload of the package @octokit/webhooks-examples, as GitHub sends them. */
import { createRequire } from "node:module";
import { isLeft } from "fp-ts/lib/Either.js";
import * as t from "io-ts";
import { v5 as uuidOf } from "uuid";
import { decodeWebhook, type Webhook } from "./codecs/Webhook.js";

const Examples = t.array(t.type({ name: t.string, examples: t.array(t.unknown) }));

/** GitHub sends a unique X-GitHub-Delivery with every webhook. The examples come without: theirs is made of event and position. */
const deliveryOf = (event: string, position: number): string =>
  uuidOf(`https://github.com/octokit/webhooks#${event}/${position}`, uuidOf.URL);

/** Reads and checks all payloads; throws at the first one that does not fit its codec, naming the place and not the value. */
export const readWebhooks = (): ReadonlyArray<Webhook> => {
  const file: unknown = createRequire(import.meta.url)("@octokit/webhooks-examples");
  return orThrow("the package", Examples.decode(file)).flatMap(({ name, examples }) =>
    examples.map((payload, i) => orThrow(`${name} ${i}`, decodeWebhook(deliveryOf(name, i), name, payload))),
  );
};

const orThrow = <A>(what: string, decoded: t.Validation<A>): A => {
  if (isLeft(decoded)) throw new Error(`${what} does not fit its codec at ${decoded.left.map(pathOf).join(", ")}`);
  return decoded.right;
};

const pathOf = ({ context }: t.ValidationError): string => context.map(({ key }) => key).join("/");
