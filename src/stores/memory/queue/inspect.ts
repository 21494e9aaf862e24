/** What people do with a queue in memory: look at it, pause it, redrive its dead letters, purge it. */
import type {
  PageRequest,
  Portion,
  PurgeRequest,
  QueueStats,
  RedriveFromRequest,
  Redriven,
  RedriveRequest,
  StoredBlock,
  StoredDeadLetter,
  StoredMessage,
} from "../../../port/Inspect.js";
import { type Page, PORTION_BYTES_MAX } from "../../../port/Page.js";
import type { KeyHead } from "../../../port/QueuePort.js";
import { ByteBudget } from "./ByteBudget.js";
import { Entry, storedOf } from "./Entry.js";
import type { Aside, BlockNote, QueueState } from "./QueueState.js";
import type { Placed } from "./Shelf.js";

/** A call on one queue at one time. */
type Call<Request, Answer> = (queue: QueueState, request: Request, nowMs: number) => Answer;
type Limited = { readonly queue: string; readonly limit: number };

export const stats: Call<unknown, QueueStats> = (queue, _, nowMs) => {
  queue.promoteDue(nowMs);
  const due = queue.delayed.countDue(nowMs);
  return {
    enqueued: queue.enqueued,
    ready: queue.ready.size + due,
    waiting: queue.keys.waiting,
    delayed: queue.delayed.size - due,
    leased: queue.leases.size,
    blocked: queue.blocked.size,
    acked: queue.acked,
    dead: queue.dead.size,
    purged: queue.purged,
    paused: queue.paused,
    halted: queue.halts > 0,
  };
};

export const heads: Call<
  { readonly queue: string; readonly keys: ReadonlyArray<string> },
  ReadonlyArray<KeyHead | undefined>
> = (queue, { keys }, nowMs) => {
  queue.promoteDue(nowMs);
  const halting = new Set<string | undefined>();
  for (const position of queue.halting) halting.add(queue.blocked.get(position)?.entry.key);
  return keys.map((key) =>
    queue.keys.has(key)
      ? { mark: queue.keys.markOf(key), blocked: queue.blockedKeys.has(key) || halting.has(key) }
      : undefined,
  );
};

export const peek: Call<Limited, ReadonlyArray<StoredMessage>> = (queue, { limit }, nowMs) => {
  queue.promoteDue(nowMs);
  const next: Array<StoredMessage> = [];
  const budget = new ByteBudget(PORTION_BYTES_MAX);
  for (const entry of queue.ready) {
    if (next.length === limit || !budget.admits(entry.payload)) break;
    next.push(storedOf(entry));
  }
  return next;
};

export const setPaused: Call<{ readonly queue: string; readonly paused: boolean }, void> = (queue, { paused }) => {
  queue.paused = paused;
  queue.idle.serveSoon();
};

export const blocked: Call<PageRequest, Page<StoredBlock>> = (queue, { after, limit }) =>
  queue.blocked.page({ after, limit, bytesMax: PORTION_BYTES_MAX }, storedBlockOf);

const storedBlockOf = ({ entry, note }: Placed<BlockNote>): StoredBlock => ({
  ...storedOf(entry),
  sinceMs: note.atMs,
  cause: note.cause,
  scope: note.scope,
});

export const deadLetters: Call<PageRequest, Page<StoredDeadLetter>> = (queue, { after, limit }) =>
  queue.dead.page({ after, limit, bytesMax: PORTION_BYTES_MAX }, storedLetterOf);

const storedLetterOf = ({ position, entry, note }: Placed<Aside>): StoredDeadLetter => ({
  ...storedOf(entry),
  position: String(position),
  deadAtMs: note.atMs,
  cause: note.cause,
});

export const redrive: Call<RedriveRequest, Redriven> = (queue, { letters }, nowMs) => {
  queue.promoteDue(nowMs);
  let count = 0;
  for (const { id, position, payload } of letters) {
    const letter = queue.dead.get(Number(position));
    if (letter?.entry.id !== id) continue;
    redriveOne(queue, letter, { payload, nowMs });
    count++;
  }
  return { count, seen: letters.length, next: undefined };
};

export const redriveFrom: Call<RedriveFromRequest, Redriven> = (queue, request, nowMs) => {
  queue.promoteDue(nowMs);
  const { after, seenMax, limit } = request;
  const ids = request.ids === undefined ? undefined : new Set<string>(request.ids);
  const chosen: Array<Placed<Aside>> = [];
  const { items, next } = queue.dead.page(
    { after, limit: seenMax, bytesMax: Number.POSITIVE_INFINITY },
    (letter) => letter,
  );
  let seen = 0;
  for (const letter of items) {
    if (chosen.length === limit) break;
    seen++;
    if (ids === undefined || ids.has(letter.entry.id)) chosen.push(letter);
  }
  for (const letter of chosen) redriveOne(queue, letter, { payload: undefined, nowMs });
  const cutShort = items[seen] !== undefined;
  return { count: chosen.length, seen, next: cutShort ? String(items[seen - 1]?.position ?? 0) : next };
};

const redriveOne = (
  queue: QueueState,
  letter: Placed<Aside>,
  { payload, nowMs }: { readonly payload: string | undefined; readonly nowMs: number },
): void => {
  queue.dead.remove(letter);
  const again = new Entry({ ...letter.entry, payload: payload ?? letter.entry.payload, enqueuedAtMs: nowMs });
  again.history = letter.entry.history;
  queue.admit(again, nowMs);
};

export const purge: Call<PurgeRequest, Portion> = (queue, { limit, followersOf }, nowMs) =>
  followersOf === undefined ? purgeAll(queue, limit) : purgeFollowers(queue, { key: followersOf, limit }, nowMs);

const purgeFollowers = (
  queue: QueueState,
  { key, limit }: { readonly key: string; readonly limit: number },
  nowMs: number,
): Portion => {
  queue.promoteDue(nowMs);
  const followers = queue.keys.takeBehind(key, limit);
  for (const entry of followers) queue.forget(entry);
  queue.purged += followers.length;
  return { count: followers.length, more: queue.keys.waitingBehind(key) > 0 };
};

/** Each head goes with those that wait behind it. */
const purgeAll = (queue: QueueState, limit: number): Portion => {
  let purged = 0;
  const forget = (entries: ReadonlyArray<Entry>): void => {
    for (const entry of entries) queue.forget(entry);
    purged += entries.length;
  };
  while (purged < limit) {
    const ready = queue.ready.takeHighest();
    const entry = ready ?? queue.delayed.takeFirst();
    if (entry === undefined) break;
    purged++;
    // What was never leased and is delayed is not in the line of its key.
    if (ready === undefined && !entry.returns) queue.forget(entry);
    else {
      if (entry.key !== undefined) forget(queue.keys.takeBehind(entry.key, limit - purged));
      queue.leave(entry);
    }
  }
  forget(queue.keys.takeWaiting(limit - purged));
  queue.purged += purged;
  return { count: purged, more: queue.ready.size + queue.delayed.size + queue.keys.waiting > 0 };
};
