/** Checks where a webhook goes, and with what. Nothing of it is shown in a refusal: a URL, too, may be a secret. */
import { validateHeaderName, validateHeaderValue } from "node:http";
import * as t from "io-ts";
import { checkBytesMax, checkCodec } from "../../codec/definition.js";
import { checkHeaders } from "../../codec/parts.js";
import { callable, wholeNumber } from "../../core/options.js";
import { invalidConfig } from "../../core/SluiceError.js";
import type { Resolve } from "./checkedLookup.js";
import type { Post } from "./Post.js";
import { postByFetch } from "./postByFetch.js";
import { postBySockets } from "./postBySockets.js";
import { ID_HEADER, SIGNATURE_HEADER, type Signer, signerOf, TIMESTAMP_HEADER } from "./signature.js";
import type { WebhookOptions } from "./webhook.js";

/** A checked endpoint. */
export interface Endpoint<A> {
  /** What of its URL may be shown. */
  readonly host: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly codec: t.Type<A, unknown>;
  readonly signer: Signer | undefined;
  readonly bodyBytesMax: number;
  readonly post: Post;
}

const ANSWER_BYTES_MAX = 64 * 1_024;

/** The endpoint, or `InvalidConfig`. */
export const endpointOf = <A>(given: string | URL, options: WebhookOptions<A>, resolve?: Resolve): Endpoint<A> => {
  const url = urlOf(given);
  const { privateAddresses = false, secret, fetch: call } = options;
  if (typeof privateAddresses !== "boolean")
    throw invalidConfig("privateAddresses", "privateAddresses must be true or false.");
  const answerBytesMax = wholeNumber("answerBytesMax", options.answerBytesMax ?? ANSWER_BYTES_MAX, {
    min: 0,
    max: 8 * 1_024 * 1_024,
  });
  return {
    host: url.host,
    headers: headersOf(options.headers ?? {}),
    codec: checkCodec<A>(options.codec ?? (t.unknown as unknown as t.Type<A, unknown>)),
    signer: secret === undefined ? undefined : signerOf("secret", secret),
    bodyBytesMax: checkBytesMax("bodyBytesMax", options.bodyBytesMax),
    post:
      call === undefined
        ? postBySockets({ url, answerBytesMax, privateAddresses, resolve })
        : postByFetch(callable("fetch", call), { url }),
  };
};

const urlOf = (given: string | URL): URL => {
  const url = parsed(given);
  if (url === undefined || (url.protocol !== "http:" && url.protocol !== "https:"))
    throw invalidConfig("url", "url must be a whole URL that begins with https:// or http://.");
  if (url.username !== "" || url.password !== "")
    throw invalidConfig(
      "url",
      "url must have no user name and no password, since URLs stand in logs; give them by headers: { authorization: … }.",
    );
  url.hash = "";
  return url;
};

const parsed = (given: string | URL): URL | undefined => {
  try {
    return new URL(String(given));
  } catch {
    return undefined;
  }
};

/** What the request itself says, and what would change how it is sent. */
const RESERVED: ReadonlySet<string> = new Set([
  "content-type",
  "content-length",
  "host",
  "idempotency-key",
  ID_HEADER,
  TIMESTAMP_HEADER,
  SIGNATURE_HEADER,
  "connection",
  "keep-alive",
  "proxy-connection",
  "transfer-encoding",
  "te",
  "trailer",
  "upgrade",
  "expect",
]);

/** Many endpoints refuse what has no name. */
const USER_AGENT = "sluice";

const headersOf = (given: Readonly<Record<string, string>>): Readonly<Record<string, string>> => {
  const headers: Record<string, string> = { "user-agent": USER_AGENT };
  for (const [written, value] of Object.entries(checkHeaders(given))) {
    const name = written.toLowerCase();
    if (RESERVED.has(name))
      throw invalidConfig("headers", `headers must not have ${name}: the request itself sets it.`);
    if (!isSendable(name, value))
      throw invalidConfig(
        "headers",
        "headers must have names and values that HTTP allows: no line breaks, Latin-1 only.",
      );
    headers[name] = value;
  }
  return headers;
};

const isSendable = (name: string, value: string): boolean => {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
};
