/** Texts that only the holder of a key can read: AES-256-GCM, which also finds what was tampered with. */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

export interface Seal {
  readonly close: (text: string) => string;
  readonly open: (sealed: string) => string;
}

const ALGORITHM = "aes-256-gcm";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** @param key 32 bytes */
export const sealWith = (key: Buffer): Seal => ({
  close: (text) => {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(ALGORITHM, key, nonce);
    // A payload is any text, also one that has no UTF-8 form.
    const sealed = Buffer.concat([cipher.update(Buffer.from(text, "utf16le")), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString("base64");
  },
  open: (text) => {
    const bytes = Buffer.from(text, "base64");
    const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, NONCE_BYTES));
    decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    const opened = [decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()];
    return Buffer.concat(opened).toString("utf16le");
  },
});
