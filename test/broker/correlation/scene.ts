/** The events, reactions and processes that the correlation of brokers is tested with. */
import * as t from "io-ts";
import { Subject } from "rxjs";
import type { Broker, BrokerRunOptions, Delivered, ReactionOptions } from "sluice/broker";
import { on } from "sluice/broker";
import { eventCodec, eventLog, type Position } from "sluice/log";
import type { Store } from "sluice/store";
import { vi } from "vitest";
import { atEnd } from "../../support/atEnd.js";

export { dyingAt } from "../../stores/dyingAt.js";
export { errorOf, restorable } from "../../stores/restorable.js";

/** An event is for a target, and has a number to know it by. */
const shape = { to: t.string, n: t.number };
export const Happened = t.union([
  t.type({ type: t.literal("A"), ...shape }),
  t.type({ type: t.literal("B"), ...shape }),
  t.type({ type: t.literal("C"), ...shape }),
  t.type({ type: t.literal("Noise"), ...shape }),
]);
export type Happened = t.TypeOf<typeof Happened>;
export const codec = eventCodec(Happened, { tag: "type" });

export const logOn = (store: Store) => eventLog(store, codec);
type Type = Happened["type"];
const event = (type: Type, n: number, to: string): Happened => ({ type, n, to });

/** Appends events of these numbers, one after the other, to one stream; answers their positions. */
export const append = async (
  store: Store,
  numbers: ReadonlyArray<number>,
  {
    type = "A",
    to = "x",
    stream = "s/1",
  }: { readonly type?: Type; readonly to?: string; readonly stream?: string } = {},
): Promise<Position> => {
  let last: Position | undefined;
  for (let at = 0; at < numbers.length; at += 250) {
    const { position } = await logOn(store).append(
      stream,
      numbers.slice(at, at + 250).map((n) => event(type, n, to)),
    );
    last = position;
  }
  return last!;
};

export const upTo = (count: number, first = 1): ReadonlyArray<number> =>
  Array.from({ length: count }, (_, i) => first + i);

type Options = ReactionOptions<Happened, "default"> & { readonly types?: ReadonlyArray<Type> };

/** What reactions have seen: "name target number" each, in the order in which it was done. */
export class Seen {
  readonly all: Array<string> = [];

  /** A reaction that notes its events, in the line that each of them names. */
  reaction<const L extends string = "default">(
    name: string,
    { types = ["A"], ...options }: Omit<Options, "lane"> & { readonly lane?: L } = {},
    work: (n: number) => unknown = () => undefined,
  ) {
    const [first = "A", ...rest] = types;
    return on(codec, first, ...rest)
      .do(
        async ({ event: { n } }, { stream }) => {
          await work(n);
          this.all.push(`${name} ${stream} ${n}`);
        },
        { name, ...options },
      )
      .to(({ event: { to } }) => to);
  }

  /** The numbers that a reaction saw at a target, in that order. */
  of(name: string, target = "x"): ReadonlyArray<number> {
    const start = `${name} ${target} `;
    return this.all.flatMap((one) => (one.startsWith(start) ? [Number(one.slice(start.length))] : []));
  }

  clear(): void {
    this.all.length = 0;
  }
}

/* eslint-disable @typescript-eslint/no-explicit-any -- brokers of any events and lanes are run here */
// biome-ignore lint/suspicious/noExplicitAny: brokers of any events and lanes are run here
type Any = any;

/** A process that runs a broker. */
export const running = (of: Broker<Any, Any>, options: BrokerRunOptions<Any> = {}) => {
  const stop$ = new Subject<void>();
  const told: Array<Delivered<Happened>> = [];
  const ended: { error?: unknown; completed?: true } = {};
  const subscription = of.run({ stop$, ...options }).subscribe({
    next: (delivered: Delivered<Happened>) => told.push(delivered),
    error: (error: unknown) => {
      ended.error = error;
    },
    complete: () => {
      ended.completed = true;
    },
  });
  atEnd(() => {
    subscription.unsubscribe();
    return Promise.resolve();
  });
  return {
    told,
    ended,
    stop: async (): Promise<void> => {
      stop$.next();
      await eventually(() => {
        if (ended.completed !== true) throw new Error("it has not completed");
      });
    },
    /** As a process that dies: nothing is told to anybody. */
    kill: () => subscription.unsubscribe(),
  };
};

/** Waits until the expectations hold, also on a busy machine. */
export const eventually = <A>(check: () => A | Promise<A>): Promise<A> => vi.waitFor(check, { timeout: 20_000 });

/** Some time that passes really. */
export const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
