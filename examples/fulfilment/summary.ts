/** What came of it, and whether it adds up. */
import type { Charges } from "./outside/Gateway.js";
import type { View } from "./View.js";

export interface Report {
  readonly wanted: number;
  readonly view: View;
  readonly skipped: number;
  readonly charges: Charges;
}

export interface Check {
  readonly claim: string;
  readonly isRight: boolean;
}

export const checksOf = ({ wanted, view, skipped, charges }: Report): ReadonlyArray<Check> => {
  const { placed, paid, shipped, refused, short } = view.tally;
  const declined = refused - short;
  return [
    {
      claim: `${placed} placed = ${shipped} shipped + ${refused} refused + ${skipped} skipped`,
      isRight: placed === wanted && placed === shipped + refused + skipped,
    },
    {
      claim: `${placed} placed = ${charges.charged} charged + ${declined} declined; charged twice: ${charges.twice}`,
      isRight: placed === charges.charged + declined && charges.twice === 0 && charges.charged === paid,
    },
    {
      claim: `${charges.refunded} refunded = ${short} out of stock`,
      isRight: charges.refunded === short,
    },
    {
      claim: "nothing is pending, nothing is blocked",
      isRight: view.idle && view.lanes.every(({ blocked }) => blocked === 0),
    },
  ];
};
