/**
 * A payment gateway, as if it were somebody else's: slow, and it charges once for each idempotency key, however often it is asked. What it
 * has done stands in records, so that all processes, and those that come after them, meet the same one.
 */
import * as t from "io-ts";
import { firstValueFrom, timer } from "rxjs";
import type { Store } from "sluice";
import { records, sortOf } from "sluice/records";

const Charge = t.type({ orderId: t.string, cents: t.number, asked: t.number, refunded: t.boolean });

export interface Asked {
  readonly orderId: string;
  readonly customerId: string;
  readonly cents: number;
  /** Whatever is asked by one key is done once. */
  readonly key: string;
}

export interface Charges {
  readonly charged: number;
  /** Orders that were charged more than once. */
  readonly twice: number;
  readonly asked: number;
  readonly refunded: number;
}

/** Whose card is refused. */
const declinedCustomer = "c-5";

export type Answer = { readonly _tag: "Charged"; readonly receipt: string } | { readonly _tag: "Declined" };

export const gatewayOn = (store: Store, paceMs: number) => {
  const charges = records(store, {
    name: "charges",
    codec: Charge,
    indexes: { all: ({ orderId }) => ({ sort: sortOf(orderId) }) },
  });
  const charge = async ({ orderId, customerId, cents, key }: Asked): Promise<Answer> => {
    await firstValueFrom(timer(paceMs));
    if (customerId === declinedCustomer) return { _tag: "Declined" };
    await charges.modify(key, (was) => ({ orderId, cents, refunded: false, ...was, asked: (was?.asked ?? 0) + 1 }));
    return { _tag: "Charged", receipt: `r-${key}` };
  };
  const refund = async (orderId: string): Promise<void> => {
    for (const { id } of (await all()).filter(({ value }) => value.orderId === orderId))
      await charges.modify(id, (was) => was && { ...was, refunded: true });
  };
  const all = async () => {
    const found = [];
    for (let after: string | undefined; ; ) {
      const page = await charges.page("all", { after, limit: 500 });
      found.push(...page.items);
      if (page.next === undefined) return found;
      after = page.next;
    }
  };
  const report = async (): Promise<Charges> => {
    const found = (await all()).map(({ value }) => value);
    return {
      charged: found.length,
      twice: found.length - new Set(found.map(({ orderId }) => orderId)).size,
      asked: found.reduce((sum, { asked }) => sum + asked, 0),
      refunded: found.filter(({ refunded }) => refunded).length,
    };
  };
  return { charge, refund, report };
};

export type Gateway = ReturnType<typeof gatewayOn>;
