/**
 * Carts by hand with ioredis: the state of each that this process has seen, commands of one in order, and the script of `BareLog`, which
 * does a command once. On a conflict it reads the whole stream again, at once and without end. What a careful program does without a library.
 */
import { isLeft } from "fp-ts/lib/Either.js";
import { type Cart, type CartCommand, type CartEvent, decideCart, emptyCart, evolveCart } from "../cart.js";
import { BareLog } from "./bareLog.js";
import type { Carts } from "./carts.js";

interface Known {
  readonly cart: Cart;
  readonly version: number;
}

const unborn: Known = { cart: emptyCart, version: 0 };

class BareCarts implements Carts {
  readonly #log: BareLog;
  readonly #known = new Map<string, Known>();
  /** The end of the last command of each. */
  readonly #ends = new Map<string, Promise<unknown>>();

  constructor(log: BareLog) {
    this.#log = log;
  }

  handle(id: string, command: CartCommand, commandId: string): Promise<unknown> {
    const before = this.#ends.get(id);
    const done =
      before === undefined ? this.#do(id, command, commandId) : before.then(() => this.#do(id, command, commandId));
    this.#ends.set(id, done);
    return done;
  }

  async load(id: string): Promise<Cart> {
    return (await this.#read(id)).cart;
  }

  close(): Promise<void> {
    return this.#log.close();
  }

  async #do(id: string, command: CartCommand, commandId: string): Promise<void> {
    let known = this.#known.get(id) ?? unborn;
    for (;;) {
      const decided = decideCart(command)(known.cart);
      if (isLeft(decided)) throw new Error(`the bare cart refused a command: ${decided.left}`);
      const [event] = decided.right;
      if (event === undefined) return;
      try {
        await this.#log.append({ stream: id, version: known.version, commandId, data: event });
        this.#known.set(id, { cart: evolveCart(known.cart, event), version: known.version + 1 });
        return;
      } catch (cause) {
        if (!(cause instanceof Error && cause.message.startsWith("CONFLICT"))) throw cause;
        known = await this.#read(id);
      }
    }
  }

  async #read(id: string): Promise<Known> {
    const events = (await this.#log.read(id)) as ReadonlyArray<CartEvent>;
    return { cart: events.reduce(evolveCart, emptyCart), version: events.length };
  }
}

export const bareCarts = async (url: string): Promise<Carts> => new BareCarts(await new BareLog(url).open());
