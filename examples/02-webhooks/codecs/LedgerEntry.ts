/** What the ledger keeps of a handled webhook. */
import * as t from "io-ts";
import { DeliveryId } from "./DeliveryId.js";

export const LedgerEntry = t.type({ delivery: DeliveryId, event: t.string, attempts: t.number });
export type LedgerEntry = t.TypeOf<typeof LedgerEntry>;
