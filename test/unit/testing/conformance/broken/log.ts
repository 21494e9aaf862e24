/** Stores that break their word about streams: what is added to them, read of them, and given up. */

import { isLeft, left } from "fp-ts/lib/Either.js";
import { type Effect, fromPromise } from "../../../../../src/core/Effect.js";
import { newId } from "../../../../../src/core/newId.js";
import { type Position, placeOf } from "../../../../../src/core/Position.js";
import { versionConflict } from "../../../../../src/core/SluiceError.js";
import type { AppendStep, NewEvent, StreamState } from "../../../../../src/core/steps/Append.js";
import type { Step, WriteAnswer } from "../../../../../src/core/steps/Step.js";
import type { StoredEvent, StreamPage, StreamReadRequest } from "../../../../../src/port/LogPort.js";
import type { Store } from "../../../../../src/port/Store.js";
import { newEvent } from "../../../../../src/testing/conformance/log/steps.js";
import { type Break, changingSteps, joined, mapped } from "./BrokenStore.js";

const changingAppends = (change: (step: AppendStep) => AppendStep): Break =>
  changingSteps((step) => (step._tag === "Append" ? change(step) : step));

const changingEvents = (change: (event: NewEvent) => NewEvent): Break =>
  changingAppends((step) => ({ ...step, events: step.events.map(change) }));

const changingStreamPages =
  (change: (page: StreamPage, request: StreamReadRequest) => StreamPage): Break =>
  (store) => ({ readStream: (request) => mapped(store.readStream(request), (page) => change(page, request)) });

const askingStreams =
  (change: (request: StreamReadRequest) => StreamReadRequest): Break =>
  (store) => ({ readStream: (request) => store.readStream(change(request)) });

/** An Effect that may make several calls. */
export const calling = <A>(run: () => Promise<A>): Effect<A> => fromPromise(run, (cause) => cause);

/** All events that are left of the log. */
export const allEvents = async (store: Store): Promise<ReadonlyArray<StoredEvent>> => {
  const events: Array<StoredEvent> = [];
  let after: Position | undefined;
  for (;;) {
    const request = { after, types: undefined, categories: undefined, limit: 1_000, waitMsMax: 0 };
    const page = await store.readFeed(request);
    if (page._tag === "WentBack") return events;
    if (page._tag === "Events") events.push(...page.events);
    after = page._tag === "Events" ? page.next : page.trimmedTo;
    if (page._tag === "Events" && page.caughtUp) return events;
  }
};

/** A store that takes these names of streams for others. */
const naming =
  (nameOf: (stream: string) => string): Break =>
  (store) => ({
    ...changingAppends((step) => ({ ...step, stream: nameOf(step.stream) }))(store),
    readStream: (request) => store.readStream({ ...request, stream: nameOf(request.stream) }),
    pruneStream: (request, writeId) => store.pruneStream({ ...request, stream: nameOf(request.stream) }, writeId),
    setClosed: (request, writeId) => store.setClosed({ ...request, stream: nameOf(request.stream) }, writeId),
  });

/** Refuses by the version where the store refused a list since a stream was closed. */
const byVersion = (answer: WriteAnswer, steps: ReadonlyArray<Step>): WriteAnswer => {
  if (!isLeft(answer) || answer.left._tag !== "StreamClosed") return answer;
  const { stream, version: actual } = answer.left;
  const step = steps.find((each) => each._tag === "Append" && each.stream === stream);
  return step?._tag === "Append" && step.expected._tag !== "Any"
    ? left(versionConflict({ stream, expected: step.expected, actual }))
    : answer;
};

const state = async (store: Store, stream: string): Promise<Pick<StreamState, "version" | "closed">> =>
  await store.readStream({ stream, after: 0, upTo: undefined, limit: 0, backwards: false });

export const onTheLog: Readonly<Record<string, Break>> = {
  "expects nothing of streams": changingAppends((step) => ({ ...step, expected: { _tag: "Any" } })),
  "adds to empty streams alone": changingAppends((step) =>
    step.expected._tag === "Any" && step.events.length > 0 ? { ...step, expected: { _tag: "Absent" } } : step,
  ),
  "heeds no last event": changingAppends((step) =>
    step.expected._tag === "At" ? { ...step, expected: { _tag: "At", version: step.expected.version } } : step,
  ),
  "stores an event for a check": changingAppends((step) =>
    step.events.length === 0 && !step.closes ? { ...step, events: [newEvent("checked")] } : step,
  ),
  "makes new ids of events": changingEvents((event) => ({ ...event, id: newEvent("").id })),
  "keeps data of events up to their first NUL": changingEvents((event) => ({
    ...event,
    data: event.data.split("\0")[0] ?? "",
  })),
  "tells the time of the reading as that of the append": (store) =>
    changingStreamPages((page) => ({
      ...page,
      events: page.events.map((event) => ({ ...event, appendedAtMs: Math.floor(store.scheduler.now()) })),
    }))(store),
  "tells streams apart by their small letters": naming((stream) => stream.toLowerCase()),
  "reads every stream forwards": askingStreams((request) => ({ ...request, backwards: false })),
  "ends a page of a stream before upTo": askingStreams((request) => ({
    ...request,
    upTo: request.upTo && request.upTo - 1,
  })),
  "shows one event of a stream at least": askingStreams((request) => ({
    ...request,
    limit: Math.max(1, request.limit),
  })),
  "has a version for streams that never were": changingStreamPages((page) => ({ ...page, version: page.version || 1 })),
  "answers pages of streams of any size": (store) => ({
    readStream: (request) =>
      calling(async () => {
        const { limit, backwards } = request;
        let { after, upTo } = request;
        const events: Array<StoredEvent> = [];
        for (;;) {
          const page = await store.readStream({ ...request, after, upTo, limit: limit - events.length });
          events.push(...page.events);
          const last = page.events.at(-1);
          if (last === undefined || events.length === limit) return { ...page, events };
          if (backwards) upTo = last.version - 1;
          else after = last.version;
        }
      }),
  }),
  "adds 999 events of a write": (store) => ({
    write: (lists, writeId) => {
      let count = 0;
      const losing = changingAppends((step) => {
        const events = step.events.filter(() => ++count <= 999);
        return { ...step, events };
      })(store);
      return (losing.write ?? store.write)(lists, writeId);
    },
  }),
  "lets others in between the steps of a list": (store) => ({
    write: (lists, writeId) =>
      calling(async () => {
        const answers: Array<WriteAnswer> = [];
        for (const [i, steps] of lists.entries()) {
          const parts: Array<WriteAnswer> = [];
          for (const [n, step] of steps.entries()) parts.push(...(await store.write([[step]], `${writeId} ${i} ${n}`)));
          answers.push(joined(parts));
        }
        return answers;
      }),
  }),
  "prunes nothing": () => ({ pruneStream: ({ upTo }) => calling(async () => ({ prunedTo: upTo })) }),
  "prunes more than its limit": (store) => ({
    pruneStream: (request, writeId) => store.pruneStream({ ...request, limit: 1_000 }, writeId),
  }),
  "says of every prune that it went where it should": (store) => ({
    pruneStream: (request, writeId) => mapped(store.pruneStream(request, writeId), () => ({ prunedTo: request.upTo })),
  }),
  "forgets the last event of a stream that gave up some": (store) => {
    let forgets = false;
    return {
      ...changingAppends((step) =>
        forgets && step.expected._tag === "At"
          ? { ...step, expected: { _tag: "At", version: step.expected.version } }
          : step,
      )(store),
      pruneStream: (request, writeId) =>
        mapped(store.pruneStream(request, writeId), (answer) => {
          forgets = true;
          return answer;
        }),
      trimLog: (request, writeId) =>
        mapped(store.trimLog(request, writeId), (answer) => {
          forgets = true;
          return answer;
        }),
    };
  },
  "prunes, trims and closes again when it is asked again": (store) => ({
    pruneStream: (request) => store.pruneStream(request, newId()),
    trimLog: (request) => store.trimLog(request, newId()),
    setClosed: (request) => store.setClosed(request, newId()),
  }),
  "trims nothing": () => ({ trimLog: ({ upTo }) => calling(async () => ({ trimmedTo: upTo })) }),
  "trims more than its limit": (store) => ({
    trimLog: (request, writeId) => store.trimLog({ ...request, limit: 10_000 }, writeId),
  }),
  "trims up to the place of a position, whatever was there": (store) => ({
    trimLog: (request, writeId) =>
      calling(async () => {
        const before = (await allEvents(store)).filter(({ position }) => placeOf(position) <= placeOf(request.upTo));
        return await store.trimLog({ ...request, upTo: before.at(-1)?.position ?? request.upTo }, writeId);
      }),
  }),
  "counts no trimmed event as pruned": (store) => {
    const pruned = new Map<string, number>();
    return {
      readStream: (request) =>
        mapped(store.readStream(request), (page) => ({ ...page, prunedTo: pruned.get(request.stream) ?? 0 })),
      pruneStream: (request, writeId) =>
        mapped(store.pruneStream(request, writeId), (answer) => {
          pruned.set(request.stream, answer.prunedTo);
          return answer;
        }),
    };
  },
  "closes nothing": (store) => ({
    ...changingAppends((step) => ({ ...step, closes: false }))(store),
    setClosed: () => calling(async () => undefined),
  }),
  "reopens nothing": (store) => ({
    setClosed: (request, writeId) =>
      request.closed ? store.setClosed(request, writeId) : calling(async () => undefined),
  }),
  "refuses by the version what a closed stream refuses": (store) => ({
    write: (lists, writeId) =>
      mapped(store.write(lists, writeId), (answers) => answers.map((answer, i) => byVersion(answer, lists[i] ?? []))),
  }),
  "closes by an append of events alone": changingAppends((step) => ({
    ...step,
    closes: step.closes && step.events.length > 0,
  })),
  "closes no stream without an event": (store) => ({
    setClosed: (request, writeId) =>
      calling(async () => {
        if ((await state(store, request.stream)).version > 0) await store.setClosed(request, writeId);
      }),
  }),
  "reopens a stream that is pruned": (store) => ({
    pruneStream: (request, writeId) =>
      calling(async () => {
        await store.setClosed({ stream: request.stream, closed: false }, newId());
        return await store.pruneStream(request, writeId);
      }),
  }),
};

/** Which of them is failed by which case. */
export const logProofs: Readonly<Record<string, ReadonlyArray<string>>> = {
  "expects nothing of streams": [
    "of two appends that expect no events one is done, and the other is told version 1",
    "of appends at once that expect the same version one wins, and the others are told the next",
    "of appends of two processes that expect the same version one wins",
    "an append that expects some events is refused by a stream without any",
    "an append that expects a version is refused by any other, and told the one that is there",
    "an append that names the last event is refused where another one is the last",
    "an append sees what those before it in its list will have done",
    "an append in a later list sees what an earlier list did, and nothing of one that was refused",
    "an append without events is a check: it stores nothing, and refuses its list",
    "versions go on behind what was pruned, also where no event is left",
    "of a closed stream that is told before its version; to a check its version is told",
  ],
  "adds to empty streams alone": ["appends at once that expect any version are all done, with dense versions from 1"],
  "heeds no last event": ["an append that names the last event is refused where another one is the last"],
  "stores an event for a check": ["an append without events is a check: it stores nothing, and refuses its list"],
  "makes new ids of events": ["events arrive as they were added, with their versions and positions"],
  "keeps data of events up to their first NUL": ["streams, types, data and meta of any text arrive unchanged"],
  "tells the time of the reading as that of the append": ["an event tells when it was added, by the store's clock"],
  "tells streams apart by their small letters": [
    "streams whose names differ by a suffix, a case or an escape are others",
  ],
  "reads every stream forwards": [
    "a page of a stream begins behind after and ends with upTo, both ways, in portions of its limit",
  ],
  "ends a page of a stream before upTo": [
    "a page of a stream begins behind after and ends with upTo, both ways, in portions of its limit",
  ],
  "shows one event of a stream at least": ["a page of no events tells what the stream is like"],
  "has a version for streams that never were": ["a stream that never had an event is at version 0"],
  "answers pages of streams of any size": ["a page of a stream holds at most 4 MiB, but one event at least"],
  "adds 999 events of a write": ["a thousand events fit into one write"],
  "lets others in between the steps of a list": ["the events of one write stand together, whoever else writes"],
  "prunes nothing": ["a pruned event is gone for its stream and for feeds, and how far is told"],
  "prunes more than its limit": ["a prune goes as far as its limit, and answers how far that is"],
  "says of every prune that it went where it should": [
    "a prune goes as far as its limit, and answers how far that is",
    "a prune never goes back, nor beyond the stream, and makes none",
  ],
  "forgets the last event of a stream that gave up some": [
    "versions go on behind what was pruned, also where no event is left",
    "a log that is trimmed whole goes on behind its last position",
  ],
  "prunes, trims and closes again when it is asked again": [
    "a prune, a trim and a close that are sent again answer as before and change nothing",
  ],
  "trims nothing": [
    "a feed that would pass over trimmed events is told where the rest begins",
    "a trim may end at a pruned event, and passes over others",
  ],
  "trims more than its limit": ["a trim goes on by portions, and never beyond its position"],
  "trims up to the place of a position, whatever was there": [
    "a trim never goes back, and a position that the log never had gives up nothing",
  ],
  "counts no trimmed event as pruned": ["streams count trimmed events as pruned, and their versions go on"],
  "closes nothing": [
    "a closed stream refuses events and another close by an append, and passes checks",
    "of a close and appends at once those before it are done, and those behind it refused",
  ],
  "reopens nothing": ["a reopened stream goes on with the next version"],
  "refuses by the version what a closed stream refuses": [
    "of a closed stream that is told before its version; to a check its version is told",
  ],
  "closes by an append of events alone": ["an append may close its stream, with events or without"],
  "closes no stream without an event": ["a stream that never had an event may be closed, and is reopened as it was"],
  "reopens a stream that is pruned": ["a stream stays closed when its events are pruned or trimmed"],
};
