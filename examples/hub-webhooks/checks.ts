/** Whether it adds up. */
import type { PartnerReport } from "./receiver.js";
import { type Table, totalOf } from "./Table.js";

export interface Report {
  readonly emitted: number;
  /** Events on record, and the dispatches that stand with them. */
  readonly events: number;
  readonly dispatches: number;
  readonly table: Table;
  readonly partner: PartnerReport;
}

export interface Check {
  readonly claim: string;
  readonly isRight: boolean;
}

export const checksOf = ({ emitted, events, dispatches, table, partner }: Report): ReadonlyArray<Check> => {
  const { complete = 0, failed = 0 } = table["PARTNER"] ?? {};
  return [
    { claim: `${emitted} emitted = ${events} events on record`, isRight: emitted === events },
    {
      claim: `${dispatches} dispatches of these = ${totalOf(table)} in the table, ${totalOf(table, ["ongoing", "lost"])} of them ongoing or lost`,
      isRight: dispatches === totalOf(table) && totalOf(table, ["ongoing", "lost"]) === 0,
    },
    {
      claim: `${complete} complete at the partner = ${partner.taken} in its inbox, ${partner.twice} of them twice; it refused ${failed}`,
      isRight: complete === partner.taken && partner.twice === 0,
    },
  ];
};
