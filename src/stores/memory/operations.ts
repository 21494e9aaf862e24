/** What people do with a queue in memory: look, hold, free, purge. */
import type {
  Page,
  PageRequest,
  QueueStats,
  RedriveRequest,
  StoredBlock,
  StoredDeadLetter,
  StoredMessage,
} from "../../store/Operations.js";
import { Entry, storedOf } from "./Entry.js";
import type { Aside, BlockNote, QueueState } from "./QueueState.js";
import type { Placed } from "./Shelf.js";

/** A call on one queue, at a time. */
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

export const peek: Call<Limited, ReadonlyArray<StoredMessage>> = (queue, { limit }, nowMs) => {
  queue.promoteDue(nowMs);
  const next: Array<StoredMessage> = [];
  for (const entry of queue.ready) {
    if (next.length === limit) break;
    next.push(storedOf(entry));
  }
  return next;
};

export const setPaused: Call<{ readonly queue: string; readonly paused: boolean }, void> = (queue, { paused }) => {
  queue.paused = paused;
  queue.waiting.nudge();
};

export const blocked: Call<PageRequest, Page<StoredBlock>> = (queue, { after, limit }) =>
  queue.blocked.page(after, limit, storedBlockOf);

const storedBlockOf = ({ entry, note }: Placed<BlockNote>): StoredBlock => ({
  ...storedOf(entry),
  sinceMs: note.atMs,
  cause: note.cause,
  scope: note.scope,
});

export const deadLetters: Call<PageRequest, Page<StoredDeadLetter>> = (queue, { after, limit }) =>
  queue.dead.page(after, limit, storedLetterOf);

const storedLetterOf = ({ position, entry, note }: Placed<Aside>): StoredDeadLetter => ({
  ...storedOf(entry),
  position: String(position),
  deadAtMs: note.atMs,
  cause: note.cause,
});

export const redrive: Call<RedriveRequest, number> = (queue, { letters }, nowMs) => {
  queue.promoteDue(nowMs);
  let redriven = 0;
  for (const { id, position, payload } of letters) {
    const letter = queue.dead.get(Number(position));
    if (letter?.entry.id !== id) continue;
    queue.dead.remove(letter);
    const again = new Entry({ ...letter.entry, payload: payload ?? letter.entry.payload, enqueuedAtMs: nowMs });
    again.history = letter.entry.history;
    queue.admit(again, nowMs);
    redriven++;
  }
  return redriven;
};

/** Ready messages go first, by level and in order; then the delayed ones by due time; then those that wait. */
export const purge: Call<Limited, number> = (queue, { limit }) => {
  let purged = 0;
  // A purged head promotes its follower, which the loop meets in its turn.
  while (purged < limit) {
    const ready = queue.ready.takeHighest();
    const entry = ready ?? queue.delayed.takeFirst();
    if (entry === undefined) break;
    // What was never leased and is delayed is not in the line of its key.
    if (ready !== undefined || entry.returns) queue.leave(entry);
    else queue.forget(entry);
    purged++;
  }
  for (const entry of queue.keys.takeWaiting(limit - purged)) {
    queue.forget(entry);
    purged++;
  }
  queue.purged += purged;
  return purged;
};
