/** What brokers deliver: on a memory store, on the diagram's clock. */
import * as t from "io-ts";
import {
  concat,
  concatMap,
  filter,
  ignoreElements,
  map,
  merge,
  mergeMap,
  NEVER,
  type Observable,
  of,
  share,
  takeUntil,
  throwError,
  timer,
} from "rxjs";
import { broker, Defer, type Delivered, on } from "sluice/broker";
import { eventLog, eventType } from "sluice/log";
import { memoryStore } from "sluice/memory";
import type { Stage } from "./stage.js";
import type { Entry } from "./table.js";

/** Then the broker is left, behind the end of what is drawn: else virtual time would never end. */
const LEAVES_AT_MS = 40;

const said = eventType("Said", t.string);

/** Whose line a text stands in. */
const firstLetter = ({ event }: { readonly event: string }): string => event.slice(0, 1);

/** A store, and a log that is told what the first input says. */
const telling = ({ scheduler, input }: Stage) => {
  const store = memoryStore({ scheduler });
  const log = eventLog(store, said);
  const saying = input().pipe(
    concatMap((text) => log.append("said/1", [text])),
    ignoreElements(),
  );
  return { store, saying };
};

type Told = Observable<Delivered<string>>;

/** What a broker delivers while `others` go on too; it is shared by all outputs. */
const running = (
  { scheduler }: Stage,
  run: Told,
  ...others: ReadonlyArray<Observable<never>>
): Told => merge(run, ...others).pipe(takeUntil(timer(LEAVES_AT_MS, scheduler)), share());

/** One output for each of these titles, of the deliveries that are of it. */
const outputs = <T extends string>(
  delivered$: Told,
  titles: ReadonlyArray<T>,
  titleOf: (delivered: Delivered<string>) => string,
): Readonly<Record<string, Observable<string>>> =>
  Object.fromEntries(
    titles.map((title) => [
      title,
      concat(
        delivered$.pipe(
          filter((delivered) => titleOf(delivered) === title),
          map(({ recorded, _tag }) => (_tag === "Acked" ? recorded.event : `${recorded.event}: ${_tag}`)),
        ),
        NEVER,
      ),
    ]),
  );

const byTarget = ({ stream }: Delivered<string>): string => stream;

export const brokers: Readonly<Record<string, Entry>> = {
  correlation: {
    operator: "on(…).do(takes 3 ms).to(firstLetter)",
    run: (stage) => {
      const { store, saying } = telling(stage);
      const work = on(said, "Said")
        .do(({ event }) => stage.work(event, 3), { name: "work" })
        .to(firstLetter);
      return outputs(running(stage, broker(store, { name: "b", reactions: [work] }).run(), saying), ["x", "y"], byTarget);
    },
  },

  reactionRetry: {
    operator: 'on(…).do(fails twice at x1, { backoff: { initialMs: 4, growth: "linear" } }).to(firstLetter)',
    run: (stage) => {
      const { store, saying } = telling(stage);
      const work = on(said, "Said")
        .do(
          ({ event }, { attempt, stream }) =>
            stream === "x" && event === "x1" && attempt < 3 ? throwError(() => new Error("not yet")) : of(event),
          { name: "work", backoff: { initialMs: 4, growth: "linear" } },
        )
        .to(firstLetter);
      return outputs(running(stage, broker(store, { name: "b", reactions: [work] }).run(), saying), ["x", "y"], byTarget);
    },
  },

  reactionBlock: {
    operator: "on(…).do(fails at x1 until it is mended, { attemptsMax: 1 }).to(firstLetter)",
    run: (stage) => {
      const { store, saying } = telling(stage);
      let mended = false;
      const work = on(said, "Said")
        .do(({ event }) => (event === "x1" && !mended ? throwError(() => new Error("no")) : of(event)), {
          name: "work",
          attemptsMax: 1,
        })
        .to(firstLetter);
      const b = broker(store, { name: "b", reactions: [work] });
      const unblocking = stage.input("mended, and unblock").pipe(
        mergeMap((stream) => {
          mended = true;
          return b.unblock(stream);
        }),
        ignoreElements(),
      );
      return outputs(running(stage, b.run(), saying, unblocking), ["x", "y"], byTarget);
    },
  },

  lanes: {
    operator: 'on(…).do(takes 6 ms, { lane: "slow" }) and on(…).do(takes 1 ms), one at a time',
    run: (stage) => {
      const { store, saying } = telling(stage);
      const slow = on(said, "Said").do(({ event }) => stage.work(event, 6), { name: "slow", lane: "slow" });
      const fast = on(said, "Said").do(({ event }) => stage.work(event, 1), { name: "fast" });
      const b = broker(store, { name: "b", reactions: [slow, fast], lanes: { slow: {} } });
      return outputs(running(stage, b.run(), saying), ["slow", "default"], ({ lane }) => lane);
    },
  },

  defer: {
    operator: "on(…).do(x1 answers Defer({ forMs: 6 }) at first).to(firstLetter)",
    run: (stage) => {
      const { store, saying } = telling(stage);
      let isEarly = true;
      const work = on(said, "Said")
        .do(
          ({ event }, { attempt }) => {
            if (event !== "x1" || !isEarly) return of(`attempt ${attempt}`);
            isEarly = false;
            return of(Defer({ forMs: 6 }));
          },
          { name: "work" },
        )
        .to(firstLetter);
      return outputs(running(stage, broker(store, { name: "b", reactions: [work] }).run(), saying), ["x", "y"], byTarget);
    },
  },
};
