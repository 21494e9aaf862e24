/** Stores that do not heed tokens, or heed them too much. */
import { isLeft, left, right } from "fp-ts/lib/Either.js";
import { Ack, Block } from "../../../src/core/Outcome.js";
import { leaseLost } from "../../../src/core/SluiceError.js";
import type { Step } from "../../../src/core/Step.js";
import type { Lease } from "../../../src/store/Lease.js";
import {
  type Break,
  changingLeases,
  changingSettles,
  joined,
  mapped,
  remembering,
} from "./BrokenStore.js";

const settling = (change: Parameters<typeof changingSettles>[0]): Break => changingSettles(change);

export const fencing: Readonly<Record<string, Break>> = {
  "takes the token of any delivery of a message": remembering((store, given) =>
    settling((step) => {
      const latest = [...given.values()].filter(({ id }) => id === step.id).at(-1);
      return { ...step, token: latest?.token ?? step.token };
    })(store),
  ),
  "takes a dead token for done": (store) => ({
    write: (lists, writeId) =>
      mapped(store.write(lists, writeId), (answers) =>
        answers.map((answer, i) =>
          isLeft(answer) && lists[i]?.length === 1
            ? right([{ _tag: "Settled", outcome: Ack }])
            : answer,
        ),
      ),
  }),
  "takes a dead token for done, but for an ack": (store) => ({
    write: (lists, writeId) =>
      mapped(store.write(lists, writeId), (answers) =>
        answers.map((answer, i) => {
          const step = lists[i]?.[0];
          return isLeft(answer) && step?._tag === "Settle" && step.outcome !== Ack
            ? right([{ _tag: "Settled", outcome: step.outcome }])
            : answer;
        }),
      ),
  }),
  "takes any token for the message that it was given for": remembering((store, given) =>
    settling((step) => ({ ...step, id: given.get(step.token)?.id ?? step.id }))(store),
  ),
  "takes a token in any queue": (store) => {
    const queues = new Map<string, string>();
    return {
      lease: (request) =>
        mapped(store.lease(request), (leases) => {
          for (const { token } of leases) queues.set(token, request.queue);
          return leases;
        }),
      ...settling((step) => ({ ...step, queue: queues.get(step.token) ?? step.queue }))(store),
    };
  },
  "heeds the first characters of a token": remembering((store, given) =>
    settling((step) => ({ ...step, token: [...given.keys()].find((token) => step.token.startsWith(token)) ?? step.token }))(
      store,
    ),
  ),
  "uses the id of a message as its token": remembering((store, given) => ({
    lease: (request) =>
      mapped(store.lease(request), (leases) => leases.map((lease) => ({ ...lease, token: lease.id }))),
    ...settling((step) => ({
      ...step,
      token: [...given.values()].filter(({ id }) => id === step.token).at(-1)?.token ?? step.token,
    }))(store),
  })),
  "takes the first of two settles in a list": (store) => ({
    write: (lists, writeId) => {
      const once = lists.map((steps) =>
        steps.filter(
          (step, n) =>
            step._tag !== "Settle" ||
            steps.findIndex((other) => other._tag === "Settle" && other.token === step.token) === n,
        ),
      );
      return mapped(store.write(once, writeId), (answers) =>
        answers.map((answer, i) =>
          isLeft(answer) ? answer : right((lists[i] ?? []).map((_, n) => answer.right[n] ?? { _tag: "Settled", outcome: Ack })),
        ),
      );
    },
  }),
  "refuses the whole write for one dead token": (store) => ({
    write: (lists, writeId) =>
      mapped(store.write([lists.flat()], writeId), ([answer]) => {
        if (answer === undefined || isLeft(answer)) return lists.map(() => answer ?? right([]));
        const results = [...answer.right];
        return lists.map((steps) => right(results.splice(0, steps.length)));
      }),
  }),
  "forgets a lease at its end, not when it is reaped": remembering((store, given) => {
    const ends = new Map<string, number>();
    const ended = (token: string): boolean => (ends.get(token) ?? Number.POSITIVE_INFINITY) <= store.scheduler.now();
    return {
      lease: (request) =>
        mapped(store.lease(request), (leases) => {
          for (const { token, leasedAtMs } of leases) ends.set(token, leasedAtMs + request.leaseMs);
          return leases;
        }),
      extend: (request) => {
        for (const { token } of request.leases) ends.delete(token);
        return store.extend(request);
      },
      ...settling((step) => (given.has(step.token) && ended(step.token) ? { ...step, token: "ended" } : step))(store),
    };
  }),
  "names no message in a refusal": (store) => ({
    write: (lists, writeId) =>
      mapped(store.write(lists, writeId), (answers) =>
        answers.map((answer) => (isLeft(answer) ? left(leaseLost("" as Lease["id"])) : answer)),
      ),
  }),
  "tells what was asked for, not what was done": (store) => ({
    write: (lists, writeId) =>
      mapped(store.write(lists, writeId), (answers) =>
        answers.map((answer, i) =>
          isLeft(answer)
            ? answer
            : right(
                answer.right.map((result, n) => {
                  const step = lists[i]?.[n];
                  return step?._tag === "Settle" ? { _tag: "Settled" as const, outcome: step.outcome } : result;
                }),
              ),
        ),
      ),
  }),
  "answers every settle with Ack": (store) => ({
    write: (lists, writeId) =>
      mapped(store.write(lists, writeId), (answers) =>
        answers.map((answer) =>
          isLeft(answer)
            ? answer
            : right(answer.right.map((result) => (result._tag === "Settled" ? { ...result, outcome: Ack } : result))),
        ),
      ),
  }),
  "takes back a settle when another settle of the write fails": (store) => ({
    write: (lists, writeId) => {
      const settles = lists.filter((steps) => steps.every((step) => step._tag === "Settle"));
      return settles.length === lists.length && lists.length > 1
        ? mapped(store.write([lists.flat()], writeId), ([answer]) => lists.map((_, i) => sliceOf(answer, i)))
        : store.write(lists, writeId);
    },
  }),
  "performs a list step by step": (store) => ({
    write: (lists, writeId) => {
      const one = lists.map((steps) => steps.map((step): ReadonlyArray<Step> => [step]));
      return mapped(store.write(one.flat(), writeId), (answers) => {
        const rest = [...answers];
        return one.map((steps) => joined(rest.splice(0, steps.length)));
      });
    },
  }),
  "performs a list queue by queue": (store) => ({
    write: (lists, writeId) => {
      const queues = lists.map((steps) => [...new Set(steps.map(({ queue }) => queue))]);
      const parts = lists.flatMap((steps, i) =>
        (queues[i] ?? []).map((queue) => steps.filter((step) => step.queue === queue)),
      );
      return mapped(store.write(parts, writeId), (answers) => {
        const rest = [...answers];
        return lists.map((_, i) => joined(rest.splice(0, queues[i]?.length ?? 0)));
      });
    },
  }),
  "performs the lists of a write in reverse": (store) => ({
    write: (lists, writeId) => mapped(store.write([...lists].reverse(), writeId), (answers) => [...answers].reverse()),
  }),
  "answers the lists of a write in reverse": (store) => ({
    write: (lists, writeId) => mapped(store.write(lists, writeId), (answers) => [...answers].reverse()),
  }),
  "performs the steps of a list in reverse": (store) => ({
    write: (lists, writeId) =>
      mapped(
        store.write(
          lists.map((steps) => [...steps].reverse()),
          writeId,
        ),
        (answers) => answers.map((answer) => (isLeft(answer) ? answer : right([...answer.right].reverse()))),
      ),
  }),
  "does settles first": (store) => ({
    write: (lists, writeId) =>
      store.write(
        lists.map((steps) => [...steps].sort((a, b) => (a._tag === b._tag ? 0 : a._tag === "Settle" ? -1 : 1))),
        writeId,
      ),
  }),
  "answers a write of nothing with a list": (store) => ({
    write: (lists, writeId) =>
      mapped(store.write(lists, writeId), (answers) => (answers.length === 0 ? [right([])] : answers)),
  }),
  "performs a resent write again": (store) => {
    let runs = 0;
    return { write: (lists, writeId) => store.write(lists, `${writeId} ${runs++}`) };
  },
  "performs a resent enqueue again": (store) => {
    let runs = 0;
    const enqueues = (steps: ReadonlyArray<Step>): boolean => steps.every((step) => step._tag === "Enqueue");
    return { write: (lists, writeId) => store.write(lists, lists.every(enqueues) ? `${writeId} ${runs++}` : writeId) };
  },
  "remembers a write id for ever, whichever": (store) => ({
    write: (lists, writeId) => store.write(lists, writeId.length < 6 ? "short" : writeId),
  }),
  "remembers the latest ten write ids": (store) => {
    const latest: Array<string> = [];
    return {
      write: (lists, writeId) => {
        if (latest.includes(writeId)) return store.write(lists, writeId);
        latest.push(writeId);
        if (latest.length > 10) latest.shift();
        return store.write(lists, latest.filter((id) => id === writeId).length > 0 ? `${writeId} ${Math.random()}` : writeId);
      },
    };
  },
  "answers a resent refusal as done": (store) => {
    const seen = new Set<string>();
    return {
      write: (lists, writeId) => {
        const again = seen.has(writeId);
        seen.add(writeId);
        return mapped(store.write(lists, writeId), (answers) =>
          answers.map((answer) => (again && isLeft(answer) ? right([]) : answer)),
        );
      },
    };
  },
  "heeds no dedupe id": changingEnqueuesOnly((step) => ({ ...step, dedupe: undefined })),
  "gives a duplicate its own id": (store) => ({
    write: (lists, writeId) =>
      mapped(store.write(lists, writeId), (answers) =>
        answers.map((answer, i) =>
          isLeft(answer)
            ? answer
            : right(
                answer.right.map((result, n) => {
                  const step = lists[i]?.[n];
                  return step?._tag === "Enqueue" ? { ...result, id: step.id } : result;
                }),
              ),
        ),
      ),
  }),
};
