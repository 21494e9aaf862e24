/** Frees blocked messages. */
import type { BlockDecision, BlockTarget, Inspect, Portion } from "../../../port/Inspect.js";
import type { BlockNote, QueueState } from "./QueueState.js";
import type { Placed } from "./Shelf.js";

type UnblockRequest = Parameters<Inspect["unblock"]>[0];

/** Frees up to `limit` of the blocked messages that the target names, the oldest first. */
export const unblock = (queue: QueueState, { target, decision, limit }: UnblockRequest, nowMs: number): Portion => {
  const freed = targeted(queue, target, limit);
  for (const held of freed) free(queue, held, { decision, nowMs });
  queue.idle.serveSoon(); // a halted queue may go on, also where no freed message came back
  return { count: freed.length, more: typeof target === "string" && targeted(queue, target, 1).length > 0 };
};

const targeted = (queue: QueueState, target: BlockTarget, limit: number): ReadonlyArray<Placed<BlockNote>> => {
  if (typeof target === "object") {
    const held =
      "key" in target ? queue.blocked.get(queue.blockedKeys.get(target.key) ?? 0) : queue.blocked.find(target.id);
    return held === undefined || limit < 1 ? [] : [held];
  }
  const found: Array<Placed<BlockNote>> = [];
  for (const held of target === "all" ? queue.blocked : halting(queue)) {
    if (found.length === limit) break;
    found.push(held);
  }
  return found;
};

function* halting(queue: QueueState): Generator<Placed<BlockNote>> {
  for (const position of queue.halting) {
    const held = queue.blocked.get(position);
    if (held !== undefined) yield held;
  }
}

const free = (
  queue: QueueState,
  held: Placed<BlockNote>,
  { decision, nowMs }: { readonly decision: BlockDecision; readonly nowMs: number },
): void => {
  const { entry, note } = held;
  queue.blocked.remove(held);
  if (note.scope === "queue") queue.halting.delete(held.position);
  else if (entry.key !== undefined) queue.blockedKeys.delete(entry.key);
  if (decision === "retry") {
    entry.failures = 0;
    queue.comeBack(entry);
  } else if (decision === "skip") {
    queue.purged++;
    queue.leave(entry);
  } else queue.deadLetter(entry, { atMs: nowMs, cause: note.cause });
};
