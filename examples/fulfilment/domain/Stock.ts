/** What is there of one product. Who finds too little is told so by an event: that is no mistake, and needs an answer. */
import { type Either, right } from "fp-ts/lib/Either.js";
import * as t from "io-ts";

const Received = t.type({ type: t.literal("StockReceived"), qty: t.number });
const Reserved = t.type({ type: t.literal("StockReserved"), orderId: t.string, qty: t.number });
const Short = t.type({ type: t.literal("StockShort"), orderId: t.string });

export const StockEvent = t.union([Received, Reserved, Short]);
export type StockEvent = t.TypeOf<typeof StockEvent>;

type StockCommand =
  | { readonly type: "Receive"; readonly qty: number }
  | { readonly type: "Reserve"; readonly orderId: string; readonly qty: number };

/** How many pieces are free. */
type Stock = number;

const decide =
  (command: StockCommand) =>
  (free: Stock): Either<never, ReadonlyArray<StockEvent>> => {
    switch (command.type) {
      case "Receive":
        return right([{ type: "StockReceived", qty: command.qty }]);
      case "Reserve": {
        const { orderId, qty } = command;
        return right([qty <= free ? { type: "StockReserved", orderId, qty } : { type: "StockShort", orderId }]);
      }
    }
  };

const evolve = (free: Stock, event: StockEvent): Stock => {
  switch (event.type) {
    case "StockReceived":
      return free + event.qty;
    case "StockReserved":
      return free - event.qty;
    case "StockShort":
      return free;
  }
};

export const stockDecider = { initial: 0, decide, evolve };
