/**
 * Signatures of webhooks, as the specification "Standard Webhooks" has them: HMAC-SHA256 over the id, the time in seconds and the body,
 * with points between. So a request that somebody has recorded can be sent again neither later nor under another id.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { invalidConfig } from "../../core/SluiceError.js";

/** The names of the headers that a signature needs. */
export const ID_HEADER = "webhook-id";
export const TIMESTAMP_HEADER = "webhook-timestamp";
export const SIGNATURE_HEADER = "webhook-signature";

/** What is signed. The body counts as bytes: JSON that is written anew may have others. */
export interface Signed {
  /** Has no point, or the id could take over a part of the time. */
  readonly id: string;
  /** Unix time in seconds, as its digits. */
  readonly timestamp: string;
  readonly body: Uint8Array;
}

/** Makes the digest of what is signed. A closure, so that nothing which holds one can show its secret. */
export type Signer = (signed: Signed) => Buffer;

/** How the secrets of Standard Webhooks begin; Base64 of their bytes follows. */
const PREFIX = "whsec_";
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
const SECRET_LENGTH_MAX = 1_024;

/** The signer of a secret, or `InvalidConfig`, which does not show it. A secret without the prefix is taken as its UTF-8 bytes. */
export const signerOf = (option: string, secret: string): Signer => {
  const key = keyOf(option, secret);
  return ({ id, timestamp, body }) =>
    createHmac("sha256", key).update(`${id}.${timestamp}.`, "utf8").update(body).digest();
};

const keyOf = (option: string, secret: string): Buffer => {
  if (typeof secret !== "string" || secret === "" || secret.length > SECRET_LENGTH_MAX)
    throw invalidConfig(
      option,
      `${option} must be a text of 1 to ${SECRET_LENGTH_MAX} characters: "${PREFIX}" and Base64 of 24 to 64 random bytes, or any text that both sides know.`,
    );
  if (!secret.startsWith(PREFIX)) return Buffer.from(secret, "utf8");
  const encoded = secret.slice(PREFIX.length);
  const key = Buffer.from(encoded, "base64");
  // What is cut off is decoded to fewer bytes, or to none: a signature by those anybody can make.
  if (!BASE64.test(encoded) || key.toString("base64").replace(/=+$/, "") !== encoded.replace(/=+$/, ""))
    throw invalidConfig(option, `${option} must have Base64 behind "${PREFIX}", whole, and nothing else.`);
  return key;
};

/** One signature as its header has it. */
export const signatureText = (digest: Buffer): string => `${VERSION}${digest.toString("base64")}`;

const VERSION = "v1,";
/** So many signatures of one request are looked at: each sender has a few secrets at most. */
const SIGNATURES_MAX = 10;

/**
 * Whether one of the signatures in the header is of one of the signers. All of them are compared, each in constant time, so that the time
 * this takes tells nothing of how near a wrong one was.
 */
export const isSignedBy = (signers: ReadonlyArray<Signer>, signed: Signed, header: string): boolean => {
  const given = header
    .split(" ", SIGNATURES_MAX)
    .flatMap((text) => (text.startsWith(VERSION) ? [Buffer.from(text.slice(VERSION.length), "base64")] : []));
  let found = false;
  for (const signer of signers) {
    const digest = signer(signed);
    for (const one of given) if (one.length === digest.length && timingSafeEqual(one, digest)) found = true;
  }
  return found;
};
