/** What the log says of the orders: each order once, whatever the brokers went through. */
import type { Position, Recorded } from "sluice/log";
import type { OrderEvent } from "./domain/Order.js";

export interface Tally {
  readonly placed: number;
  readonly paid: number;
  readonly shipped: number;
  readonly refused: number;
  /** Refused after they were paid. */
  readonly short: number;
  /** Where each event stands, to tell how many are behind a position. */
  readonly events: ReadonlyArray<{ readonly position: Position; readonly region: string | undefined }>;
}

export const nothing: Tally = { placed: 0, paid: 0, shipped: 0, refused: 0, short: 0, events: [] };

export const counted = (before: Tally, { event, position }: Recorded<OrderEvent>): Tally => {
  const region = event.type === "OrderPacked" ? event.region : undefined;
  const tally = { ...before, events: [...before.events, { position, region }] };
  switch (event.type) {
    case "OrderPlaced":
      return { ...tally, placed: tally.placed + 1 };
    case "OrderPaid":
      return { ...tally, paid: tally.paid + 1 };
    case "OrderPacked":
      return tally;
    case "OrderShipped":
      return { ...tally, shipped: tally.shipped + 1 };
    case "OrderRefused":
      return { ...tally, refused: tally.refused + 1, short: tally.short + (event.because === "out of stock" ? 1 : 0) };
  }
};

/** How many events stand behind this position; of a region, how many parcels of it. */
export const behind = ({ events }: Tally, position: Position | undefined, region?: string): number =>
  events.filter(
    (one) => (position === undefined || one.position > position) && (region === undefined || one.region === region),
  ).length;
