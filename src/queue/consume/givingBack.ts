/** What a source may give back, and in which order deliveries end that end together. */
import type { LeasedDelivery } from "./LeasedDelivery.js";
import type { Settler } from "./Settler.js";

/** Nobody has it in hand, and nobody settles it. */
export const isFree = ({ settlement, custody }: LeasedDelivery): boolean =>
  settlement.state === "open" && !custody.held;

/** It waits in the hands of an operator, or has not been emitted yet. */
export const isUnbegun = ({ settlement, custody }: LeasedDelivery): boolean =>
  settlement.state === "open" && !custody.begun;

/** Gives these back in one write, so that the store keeps their order. */
export const giveBack = (settler: Settler, deliveries: ReadonlyArray<LeasedDelivery>, reason: string): void =>
  settler.together(() => {
    for (const { settlement } of deliveries) settlement.giveBack(reason);
  });

/** What ends together does so in this order: the end of a work makes room for the next, which must not begin then. */
export const unbegunFirst = (deliveries: ReadonlyArray<LeasedDelivery>): ReadonlyArray<LeasedDelivery> => [
  ...deliveries.filter(({ begun }) => !begun),
  ...deliveries.filter(({ begun }) => begun),
];
