/** What cases read of the log. */
import assert from "node:assert/strict";
import { type Either, isLeft } from "fp-ts/lib/Either.js";
import type { EventId } from "../../../core/EventId.js";
import { type Position, positionFrom, tailIn, tailOf } from "../../../core/Position.js";
import type { WriteRefused } from "../../../core/SluiceError.js";
import type { AppendedResult, AppendStep } from "../../../core/steps/Append.js";
import type { StepResult } from "../../../core/steps/Step.js";
import type { FeedPage, FeedRequest, StoredEvent, StreamPage, StreamReadRequest } from "../../../port/LogPort.js";
import { endsOf, type Told, tell } from "../lifecycle/Told.js";
import { answered, type Scene } from "../queue/Scene.js";
import { appendStep } from "./steps.js";

/** What a store answered to an append that was done. */
export const appended = (result: StepResult | undefined): AppendedResult => {
  assert.ok(result?._tag === "Appended", "an append answers Appended");
  return result;
};

/** Does this append in a write of its own. */
export const done = async (scene: Scene, step: AppendStep): Promise<AppendedResult> => {
  const [result] = await scene.done([step]);
  return appended(result);
};

/** Adds these events, of which there must be one at least, and answers the position of the last. */
export const add = async (scene: Scene, ...append: Parameters<typeof appendStep>): Promise<Position> => {
  const { position } = await done(scene, appendStep(...append));
  assert.ok(position !== undefined, "an append of events answers the position of the last");
  return position;
};

export type StreamDraft = Partial<StreamReadRequest>;

/** One page of a stream, from its beginning unless the draft says otherwise. */
export const streamPage = async (scene: Scene, stream: string, draft: StreamDraft = {}): Promise<StreamPage> => {
  const request = { stream, after: 0, upTo: undefined, limit: 100, backwards: false, ...draft };
  const page = await answered(scene.store.readStream(request));
  assert.ok(page.events.length <= request.limit, "a page of a stream holds more than its limit");
  return page;
};

/** All events of a stream from `after` to `upTo`, in as many pages as it takes. */
export const eventsOf = async (
  scene: Scene,
  stream: string,
  draft: StreamDraft = {},
): Promise<ReadonlyArray<StoredEvent>> => {
  const events: Array<StoredEvent> = [];
  let { after = 0, upTo } = draft;
  for (;;) {
    const page = await streamPage(scene, stream, { ...draft, after, upTo });
    const last = page.events.at(-1);
    if (last === undefined) return events;
    events.push(...page.events);
    assert.equal(new Set(events.map(({ version }) => version)).size, events.length, "a page leads back");
    if (draft.backwards === true) upTo = last.version - 1;
    else after = last.version;
  }
};

export type FeedDraft = Partial<FeedRequest>;

/** A page of the feed, from its beginning and without waiting unless the draft says otherwise. */
export const readFeed = (scene: Scene, draft: FeedDraft = {}): PromiseLike<FeedPage> =>
  answered(scene.store.readFeed(feedRequest(draft)));

const feedRequest = (draft: FeedDraft): FeedRequest => ({
  after: undefined,
  types: undefined,
  categories: undefined,
  limit: 100,
  waitMsMax: 0,
  ...draft,
});

export type EventsPage = Extract<FeedPage, { readonly _tag: "Events" }>;

/** The page as one of events, which it must be. */
export const eventsIn = (page: FeedPage | undefined): EventsPage => {
  assert.ok(page?._tag === "Events", `a feed of a sound log answered ${page?._tag}`);
  return page;
};

/** One page of events. */
export const feedPage = async (scene: Scene, draft: FeedDraft = {}): Promise<EventsPage> => {
  const page = eventsIn(await readFeed(scene, draft));
  assert.ok(page.events.length <= (draft.limit ?? 100), "a page of the feed holds more than its limit");
  return page;
};

/** All pages of the feed to its end, each of which must lead on. */
export const feedPages = async (scene: Scene, draft: FeedDraft = {}): Promise<ReadonlyArray<EventsPage>> => {
  const pages: Array<EventsPage> = [];
  let after = draft.after;
  for (;;) {
    const page = await feedPage(scene, { ...draft, after });
    const last = page.events.at(-1)?.position;
    if (last !== undefined) assert.ok(page.next !== undefined && page.next >= last, "a page ends behind its `next`");
    pages.push(page);
    if (page.caughtUp) return pages;
    assert.ok(page.next !== undefined && page.next > (after ?? ""), "a page that is not the last does not lead on");
    after = page.next;
  }
};

/** All events that the feed gives to its end. */
export const fed = async (scene: Scene, draft: FeedDraft = {}): Promise<ReadonlyArray<StoredEvent>> =>
  (await feedPages(scene, draft)).flatMap(({ events }) => events);

/** The data of events, by which a case names them. */
export const dataOf = (events: ReadonlyArray<StoredEvent>): ReadonlyArray<string> => events.map(({ data }) => data);

/** Begins to wait at the end of the log, for 10 s unless the draft says otherwise. */
export const waitAt = (scene: Scene, after: Position | undefined, draft: FeedDraft = {}): Told<FeedPage> =>
  tell(scene.store.readFeed(feedRequest({ after, waitMsMax: 10_000, ...draft })));

/** Waits, and lets some time pass, after which nothing may have been told. */
export const waiting = async (
  scene: Scene,
  after: Position | undefined,
  draft: FeedDraft = {},
): Promise<Told<FeedPage>> => {
  const told = waitAt(scene, after, draft);
  await scene.advance(10);
  assert.equal(told.end(), "open", "a feed that may wait at the end of the log did not wait");
  return told;
};

/** What a feed that waited is told, once it is. */
export const arrival = async (scene: Scene, told: Told<FeedPage>): Promise<FeedPage> => {
  const [end] = await endsOf(scene, told);
  const [page] = told.values;
  assert.ok(end === "complete" && page !== undefined, `a feed that waited was told nothing: it is ${end}`);
  return page;
};

/** The position of another history at the same place. */
export const elseAt = (position: Position): Position =>
  positionFrom(position, 0, tailIn(position) === "000000" ? "000001" : "000000");

/** The position of an event that is not there yet. */
export const aheadOf = (position: Position): Position => positionFrom(position, 1, tailIn(position));

/** An id that is told from this one: it has another tail. */
export const otherThan = (id: EventId): EventId =>
  `${id.slice(0, -6)}${tailOf(id) === "000000" ? "000001" : "000000"}` as EventId;

/** Asserts that a list was refused since the stream is at this version. */
export const assertVersion = (
  answer: Either<WriteRefused, unknown> | undefined,
  stream: string,
  actual: number,
): void => {
  assert.ok(answer !== undefined && isLeft(answer), "events were added against what was expected");
  const { left } = answer;
  assert.ok(left._tag === "VersionConflict", `what was expected of a stream is answered ${left._tag}`);
  assert.deepEqual([left.stream, left.actual], [stream, actual], "a conflict tells the stream and its version");
};

/** Asserts that a list was refused since the stream is closed. */
export const assertClosed = (
  answer: Either<WriteRefused, unknown> | undefined,
  stream: string,
  version: number,
): void => {
  assert.ok(answer !== undefined && isLeft(answer), "a closed stream took a list");
  const { left } = answer;
  assert.ok(left._tag === "StreamClosed", `a closed stream is answered ${left._tag}`);
  assert.deepEqual([left.stream, left.version], [stream, version], "StreamClosed tells the stream and its version");
};
