/** What the ledger keeps of a handled webhook. */
import * as t from "io-ts";
import { MessageIdCodec } from "sluice";

export const LedgerEntry = t.type({ delivery: MessageIdCodec, event: t.string, attempts: t.number });
export type LedgerEntry = t.TypeOf<typeof LedgerEntry>;
