/** A write of many lists as several calls, so that none of them is long: the server serves others in between. */
import type { Step } from "../../../core/Step.js";

type Lists = ReadonlyArray<ReadonlyArray<Step>>;

/** What one call may cost, where a step that moves a message costs 1: some 10 ms. */
const COST_MAX = 1_000;
/** An ack costs a tenth of that, where a call has nothing else. */
const ACK_COST = 0.1;

/** The lists in their order, in parts that may each be done in one call; a list is never torn apart. */
export const shortCallsOf = (lists: Lists): ReadonlyArray<Lists> => {
  if (lists.length < 2) return [lists];
  const parts: Array<Lists> = [];
  let from = 0;
  let plain = true;
  let cost = 0;
  let queues = new Set<string>();
  lists.forEach((list, at) => {
    const before = { plain, queues: queues.size };
    plain &&= list.every((step) => step._tag === "Settle" && step.outcome._tag === "Ack");
    for (const { queue } of list) queues.add(queue);
    // What was counted as plain so far costs the whole where it is not alone.
    if (before.plain && !plain) cost /= ACK_COST;
    cost += list.length * (plain ? ACK_COST : 1) + (queues.size - before.queues);
    if (cost <= COST_MAX || at === from) return;
    parts.push(lists.slice(from, at));
    from = at;
    plain = list.every((step) => step._tag === "Settle" && step.outcome._tag === "Ack");
    queues = new Set(list.map(({ queue }) => queue));
    cost = list.length * (plain ? ACK_COST : 1) + queues.size;
  });
  parts.push(lists.slice(from));
  return parts;
};
