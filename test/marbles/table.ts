/**
 * The operator under test of each diagram in marbles/, by the diagram's name. An entry repeats the operator line, so that what
 * is drawn is what is run, and answers the output streams by their titles (one alone needs none).
 */
import * as E from "fp-ts/lib/Either.js";
import { map, mergeMap, type Observable, of } from "rxjs";
import {
  Ack,
  type Batch,
  batch,
  block,
  catchTag,
  deadLetter,
  decide,
  enqueueTo,
  filterData,
  followUp,
  type Handled,
  handle,
  handleBatch,
  handleByTag,
  mapData,
  newMessageId,
  type Outcome,
  Reject,
  Retry,
  retryBackoff,
  type Settlement,
  settle,
  type Write,
} from "sluice";
import { testMessage } from "sluice/testing";
import { leaseLost } from "../../src/core/SluiceError.js";
import { failedWith, succeeded } from "../support/handledOf.js";
import { recordingQueue } from "../support/recordingQueue.js";
import { tellBatch, tellMessage, tellOutcome, tellResult } from "../support/tell.js";
import { brokers } from "./brokers.js";
import { hubs } from "./hubs.js";
import { logs } from "./logs.js";
import { queues } from "./queues.js";
import type { Stage } from "./stage.js";

type Told = Observable<string>;
type AnyHandled = Handled<string, unknown, unknown>;

export interface Entry {
  readonly operator: string;
  readonly run: (stage: Stage) => Told | Readonly<Record<string, Told>>;
}

const messages = ({ input, message }: Stage) => input().pipe(map((text) => message(text)));

const outcomes: Readonly<Record<string, Outcome>> = {
  Reject: Reject({ cause: "drawn" }),
  "Retry in 200 ms": Retry({ cause: "drawn", delayMs: 200 }),
};

/** Reads `Failed(declined), attempt 2: Reject`. */
const HANDLED = /^(?<tag>Right|Failed)(?:\((?<value>\w+)\))?(?:, attempt (?<attempt>\d))?(?:: (?<asked>.+))?$/;

/** The messages are named a, b, c, … */
const handledResults = ({ input, scheduler }: Stage, confirmMs?: number): Observable<AnyHandled> =>
  input().pipe(
    map((text, i) => {
      const { tag, value = "", attempt = "1", asked } = HANDLED.exec(text)?.groups ?? {};
      const name = String.fromCharCode("a".charCodeAt(0) + i);
      const outcome = asked === undefined ? undefined : outcomes[asked];
      const options = { scheduler, attempt: Number(attempt), confirmMs, ...(outcome === undefined ? {} : { outcome }) };
      return tag === "Right" ? succeeded(name, value, options) : failedWith(name, value, options);
    }),
  );

/** `Failed` for a failure that was drawn without its error. */
const tell = ({ result, outcome, givenUp }: AnyHandled): string => {
  const told = `${tellResult(result).replace("()", "")}${givenUp ? ", given up" : ""}`;
  return outcome === undefined ? told : `${told}: ${tellOutcome(outcome)}`;
};

const tellSettled = ({ message, outcome }: Settlement<string, unknown>): string =>
  `${message.data}: ${outcome._tag === "Lost" ? "Lost" : tellOutcome(outcome)}`;

const batches = ({ input, scheduler }: Stage): Observable<Batch<string>> =>
  input().pipe(
    mergeMap((text) => (text.match(/\w+/g) ?? []).map((name) => testMessage(name, { scheduler }))),
    batch({ sizeMax: 2, scheduler }),
  );

const lost = leaseLost(newMessageId());

export const table: Readonly<Record<string, Entry>> = {
  ...brokers,
  ...hubs,
  ...logs,
  ...queues,

  batch: {
    operator: "batch({ sizeMax: 3, waitMsMax: 4 })",
    run: (stage) => messages(stage).pipe(batch({ sizeMax: 3, waitMsMax: 4 }), map(tellBatch)),
  },

  block: {
    operator: 'block({ scope: "key" })',
    run: (stage) => handledResults(stage).pipe(block({ scope: "key" }), map(tell)),
  },

  catchTag: {
    operator: 'catchTag("LeaseLost", () => of("gone"))',
    run: ({ input }) => input("", lost).pipe(catchTag("LeaseLost", () => of("gone"))),
  },

  deadLetter: {
    operator: "deadLetter()",
    run: (stage) => handledResults(stage).pipe(deadLetter(), map(tell)),
  },

  decide: {
    operator: "decide(rejectDeclined)",
    run: (stage) =>
      handledResults(stage).pipe(
        decide((f) => (f._tag === "Failed" && f.error === "declined" ? Reject({ cause: f.error }) : undefined)),
        map(tell),
      ),
  },

  enqueueTo: {
    operator: "enqueueTo(queue, { sizeMax: 3, waitMsMax: 4 })",
    run: ({ input, scheduler }) =>
      input().pipe(
        enqueueTo(recordingQueue({ scheduler }), { sizeMax: 3, waitMsMax: 4 }),
        map(({ id }) => `id of ${id}`),
      ),
  },

  filterData: {
    operator: 'filterData((data) => data !== "b")',
    run: (stage) => ({
      "": messages(stage).pipe(
        filterData((data) => data !== "b"),
        map(tellMessage),
      ),
      settled: stage.settled,
    }),
  },

  followUp: {
    operator: "followUp((result) => [shipments.enqueue(result)])",
    run: (stage) => {
      const shipment = testMessage("shipment").ack;
      return handledResults(stage).pipe(
        followUp((): ReadonlyArray<Write<unknown>> => [shipment]),
        map((handled) => `${tell(handled)}${handled.followUps.length > 0 ? " with 1 write" : ""}`),
      );
    },
  },

  handle: {
    operator: "handle(work, { concurrency: 2, timeoutMs: 6 })",
    run: (stage) => {
      const durationMs = (name: string): number => Number(/takes (\d+) ms/.exec(stage.values[name] ?? "")?.[1]);
      return stage.names().pipe(
        map((name) => stage.message(name)),
        handle(({ data }) => stage.work(data, durationMs(data)), {
          concurrency: 2,
          timeoutMs: 6,
        }),
        map((handled) => `${handled.message.data}: ${tellResult(handled.result).replace(/^Right.*/, "Right")}`),
      );
    },
  },

  handleBatch: {
    operator: "handleBatch(work)",
    run: (stage) =>
      batches(stage).pipe(
        handleBatch((one) =>
          stage.work(
            one.data.map((name) => (name === "b" ? E.left("bad") : E.right(1))),
            4,
          ),
        ),
        map((handled) => `${handled.message.data}: ${tell(handled)}`),
      ),
  },

  handleByTag: {
    operator: 'handleByTag("type", { push, star })',
    run: (stage) =>
      stage.input().pipe(
        map((type) => testMessage({ type: type as "push" | "star" }, { scheduler: stage.scheduler })),
        handleByTag("type", { push: () => stage.work(3, 2), star: () => stage.work(Ack, 2) }),
        map(
          ({ message, result, outcome }) =>
            `${message.data.type}: ${tellResult(result)}${outcome === undefined ? "" : `: ${tellOutcome(outcome)}`}`,
        ),
      ),
  },

  mapData: {
    operator: "mapData((data) => data.toUpperCase())",
    run: (stage) =>
      messages(stage).pipe(
        mapData((data) => data.toUpperCase()),
        map(tellMessage),
      ),
  },

  retryBackoff: {
    operator: "retryBackoff({ initialMs: 100, factor: 2, attemptsMax: 4 })",
    run: (stage) => handledResults(stage).pipe(retryBackoff({ initialMs: 100, factor: 2, attemptsMax: 4 }), map(tell)),
  },

  settle: {
    operator: "settle()",
    run: (stage) => handledResults(stage, 2).pipe(settle(), map(tellSettled)),
  },
};
