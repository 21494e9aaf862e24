/** What the benchmark asks of a library of event sourcing; one file for each beside this one implements it. */
import type { Cart, CartCommand } from "../cart.js";

export interface Carts {
  /** Rejects where the command was not done. `commandId` is for those who keep a command from being done twice. */
  readonly handle: (id: string, command: CartCommand, commandId: string) => PromiseLike<unknown>;
  /** The cart as it is stored. */
  readonly load: (id: string) => PromiseLike<Cart>;
  readonly close: () => Promise<void>;
}

/** One who takes part in a measure of carts. */
export interface CartLane {
  readonly id: string;
  readonly name: string;
  /** Ready; nothing of connecting falls into a measured time. */
  readonly open: () => Promise<Carts>;
}
