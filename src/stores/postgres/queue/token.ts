/**
 * Tokens: `<seq>.<lease>.<tail of the id>[.<stripe>]`. The seq names the message, and the lease is a random number of the call that leased
 * it, which the server compares. The stripe is the lock of its key, so that a settlement knows its locks. This side makes tokens, so they
 * are not sent.
 */
import { randomFillSync } from "node:crypto";
import type { MessageId } from "../../../core/MessageId.js";

const TAIL_LENGTH = 12;

/** What a token says about its message. */
export interface Fence {
  readonly seq: string;
  readonly lease: number;
  readonly stripe: number | undefined;
}

/** Names no lease. */
const NEVER: Fence = { seq: "0", lease: 0, stripe: undefined };

const tailOf = (id: string): string => id.slice(-TAIL_LENGTH);

export const tokenOf = ({ seq, lease, stripe }: Fence, id: string): string =>
  `${seq}.${lease}.${tailOf(id)}${stripe === undefined ? "" : `.${stripe}`}`;

const TOKEN = /^(\d{1,18})\.(\d{1,16})\.([^.]*)(?:\.(\d{1,4}))?$/;

/** The fence of this message by this token; one that is never live where it cannot be the token of this message. */
export const fenceOf = (token: string, id: MessageId): Fence => {
  const match = TOKEN.exec(token);
  if (match === null || match[3] !== tailOf(id)) return NEVER;
  const [, seq = "0", lease = "0", , stripe] = match;
  return { seq, lease: Number(lease), stripe: stripe === undefined ? undefined : Number(stripe) };
};

const drawn = new Uint32Array(2);

/** A random number of 53 bits, for one call that leases. It is the client's, so that no server that went back gives one twice. */
export const newLeaseNumber = (): number => {
  randomFillSync(drawn);
  const [high = 0, low = 0] = drawn;
  return (high & 0x1fffff) * 0x1_0000_0000 + low + 1;
};
