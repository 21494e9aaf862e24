/**
 * Encrypts the personal fields of an event: AES-256-GCM with the key of their subject, a fresh nonce each time. Whose they are and of which
 * event they are is authenticated with them, so that no sealed text can be moved to another event.
 *
 * Keys and nonces come from the system also on virtual time: a secret that follows from a seed is none.
 */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

const ALGORITHM = "aes-256-gcm";
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** What stands beside the sealed fields. */
export interface About {
  readonly subject: string;
  /** The type under which the event is stored. */
  readonly type: string;
  readonly id: string;
}

/** A new key, as it stands in its record: base64. */
export const newKey = (): string => randomBytes(KEY_BYTES).toString("base64");

/** The key of a record; undefined where that is none. */
export const parseKey = (text: string): Buffer | undefined => {
  const key = Buffer.from(text, "base64");
  return key.length === KEY_BYTES ? key : undefined;
};

const aboutText = ({ subject, type, id }: About): Buffer => Buffer.from(JSON.stringify([subject, type, id]));

/** Base64 of nonce, ciphertext and tag. */
export const seal = (text: string, key: Buffer, about: About): string => {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(aboutText(about));
  return Buffer.concat([nonce, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]).toString("base64");
};

/** The text again; undefined where it was sealed by another key or for another event, or was changed. */
export const open = (sealed: string, key: Buffer, about: About): string | undefined => {
  const bytes = Buffer.from(sealed, "base64");
  if (bytes.length < NONCE_BYTES + TAG_BYTES) return undefined;
  const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(aboutText(about));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  const text = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
  try {
    return Buffer.concat([text, decipher.final()]).toString("utf8");
  } catch {
    // Its tag does not fit: that is the answer.
    return undefined;
  }
};
