/** A carrier, as if it were somebody else's: it knows no island, and its printer in the south is out of paper until somebody mends it. */
import * as t from "io-ts";
import type { Store } from "sluice";
import { nonRetryable } from "sluice/broker";
import { records } from "sluice/records";

/** Where the carrier does not go. To try again is of no use. */
const unknownAddress = "o-13";
/** Whose labels cannot be printed for a while. */
const brokenRegion = "south";

export const carrierOn = (store: Store) => {
  const printers = records(store, { name: "printers", codec: t.type({ mended: t.boolean }) });
  return {
    /** Booked twice, a parcel is one: the carrier knows it by the order. */
    book: async (orderId: string, region: string): Promise<string> => {
      if (orderId === unknownAddress) throw nonRetryable(new Error(`no such address: ${orderId}`));
      if (region === brokenRegion && (await printers.get(region)) === undefined)
        throw new Error(`the printer in the ${region} is out of paper`);
      return `parcel ${orderId}`;
    },
    /** Puts paper into the printer of a region. */
    mend: async (region: string): Promise<void> => {
      await printers.put(region, { mended: true });
    },
  };
};

export type Carrier = ReturnType<typeof carrierOn>;
