/** Checks a request of a webhook, from what costs least to what costs most. */
import { type Either, isLeft, left, right } from "fp-ts/lib/Either.js";
import type { Type } from "io-ts";
import { decodePayload, ENVELOPE_VERSION } from "../../codec/envelope.js";
import { invalidConfig } from "../../core/SluiceError.js";
import type { Refusal, WebhookRequest } from "./Receiver.js";
import { ID_HEADER, isSignedBy, SIGNATURE_HEADER, type Signer, TIMESTAMP_HEADER } from "./signature.js";

/** What a receiver checks by. */
export interface Checks<A> {
  readonly codec: Type<A, unknown>;
  readonly signers: ReadonlyArray<Signer>;
  readonly ageMsMax: number;
  readonly bodyBytesMax: number;
}

/** A request that is right. */
export interface Verified<out A> {
  readonly key: string;
  readonly payload: A;
}

/** The key and the payload, or why not. Nothing of a request is believed, and no codec sees it, before its signature was found right. */
export const verify = <A>(
  { codec, signers, ageMsMax, bodyBytesMax }: Checks<A>,
  { headers, body: given }: WebhookRequest,
  nowMs: number,
): Either<Refusal, Verified<A>> => {
  if (typeof given !== "string" && !(given instanceof Uint8Array))
    throw invalidConfig(
      "body",
      "body must be the text or the bytes of the request as they came, since these are signed, and not what was parsed of them.",
    );
  const key = headerOf(headers, ID_HEADER);
  if (key === undefined || !KEY.test(key)) return left(refusal("NoKey", []));
  const timestamp = headerOf(headers, TIMESTAMP_HEADER);
  const signature = headerOf(headers, SIGNATURE_HEADER);
  if (timestamp === undefined || signature === undefined || !SECONDS.test(timestamp))
    return left(refusal("BadSignature", []));
  // No text has fewer bytes than UTF-16 units.
  const body = given.length > bodyBytesMax ? undefined : bytesOf(given);
  if (body === undefined || body.length > bodyBytesMax)
    return left(refusal("Malformed", [`the body has more than ${bodyBytesMax} bytes`]));
  if (!isSignedBy(signers, { id: key, timestamp, body }, signature)) return left(refusal("BadSignature", []));
  if (Math.abs(nowMs - Number(timestamp) * 1_000) > ageMsMax) return left(refusal("TooOld", []));
  const json = textOf(body);
  if (json === undefined) return left(refusal("Malformed", ["the body is not UTF-8"]));
  const payload = decodePayload(codec, ENVELOPE_VERSION + json);
  return isLeft(payload) ? left(refusal("Malformed", payload.left)) : right({ key, payload: payload.right });
};

const KEY = /^[!-\-/-~]{1,256}$/;
const SECONDS = /^\d{1,12}$/;

const STATUS: Readonly<Record<Refusal["_tag"], Refusal["status"]>> = {
  NoKey: 400,
  BadSignature: 401,
  TooOld: 401,
  Malformed: 400,
};

const refusal = (_tag: Refusal["_tag"], report: ReadonlyArray<string>): Refusal => ({
  _tag,
  status: STATUS[_tag],
  report,
});

/** The value of the only header of this name. Several say nothing: whoever stands between might read the one, and this the other. */
const headerOf = (headers: WebhookRequest["headers"], name: string): string | undefined => {
  let found: string | undefined;
  for (const [written, value] of Object.entries(headers)) {
    if (value === undefined || written.toLowerCase() !== name) continue;
    const [only, ...more] = typeof value === "string" ? [value] : value;
    if (found !== undefined || only === undefined || more.length > 0) return undefined;
    found = only;
  }
  return found;
};

const bytesOf = (body: string | Uint8Array): Uint8Array =>
  typeof body === "string" ? Buffer.from(body, "utf8") : body;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const textOf = (body: Uint8Array): string | undefined => {
  try {
    return utf8.decode(body);
  } catch {
    return undefined;
  }
};
