/** Which deliveries a source may give back, and in which order deliveries end that end together. */
import type { LeasedDelivery } from "./LeasedDelivery.js";
import type { Settler } from "./Settler.js";

/** Whether no operator has the message in hand, and nobody settles it. */
export const isFree = ({ settlement, custody }: LeasedDelivery): boolean =>
  settlement.state === "open" && !custody.held;

/** Whether the message has not begun and nobody settles it: it waits in an operator, or has not been emitted yet. */
export const isUnbegun = ({ settlement, custody }: LeasedDelivery): boolean =>
  settlement.state === "open" && !custody.begun;

/** Gives these back in one write, so that the store keeps their order. */
export const giveBack = (settler: Settler, deliveries: ReadonlyArray<LeasedDelivery>, reason: string): void =>
  settler.together(() => {
    for (const { settlement } of deliveries) settlement.giveBack(reason);
  });

/**
 * The order in which deliveries end that end together: first those that have not begun. Else the end of one work would make room for
 * the next, which would begin although it is about to end.
 */
export const unbegunFirst = (deliveries: ReadonlyArray<LeasedDelivery>): ReadonlyArray<LeasedDelivery> => [
  ...deliveries.filter(({ begun }) => !begun),
  ...deliveries.filter(({ begun }) => begun),
];
