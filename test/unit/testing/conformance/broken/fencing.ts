/** Stores that do not heed tokens, or heed them too much. */
import { isLeft, left, right } from "fp-ts/lib/Either.js";
import { Ack } from "../../../../../src/core/Outcome.js";
import { leaseLost } from "../../../../../src/core/SluiceError.js";
import type { SettleStep } from "../../../../../src/core/steps/Settle.js";
import type { Lease } from "../../../../../src/port/Lease.js";
import { type Break, changingResults, changingSettles, mapped, remembering } from "./BrokenStore.js";

type Given = ReadonlyMap<string, Lease>;

/** Changes settles by what is known of all leases. */
const settlingBy = (change: (step: SettleStep, given: Given) => SettleStep): Break =>
  remembering((store, given) => changingSettles((step) => change(step, given))(store));

/** Answers refused lists of one settle as done. */
const takingRefused = (which: (step: SettleStep) => boolean): Break => {
  return (store) => ({
    write: (lists, writeId) =>
      mapped(store.write(lists, writeId), (answers) =>
        answers.map((answer, i) => {
          const step = lists[i]?.[0];
          return isLeft(answer) && step?._tag === "Settle" && which(step)
            ? right([{ _tag: "Settled" as const, outcome: step.outcome }])
            : answer;
        }),
      ),
  });
};

export const fencing: Readonly<Record<string, Break>> = {
  "takes the token of any delivery of a message": settlingBy((step, given) => {
    const latest = [...given.values()].filter(({ id }) => id === step.id).at(-1);
    return { ...step, token: latest?.token ?? step.token };
  }),
  "takes a dead token for done": takingRefused(() => true),
  "takes a dead token for done, but for an ack": takingRefused(({ outcome }) => outcome !== Ack),
  "takes any token for the message that it was given for": settlingBy((step, given) => ({
    ...step,
    id: given.get(step.token)?.id ?? step.id,
  })),
  "takes a token in any queue": (store) => {
    const queues = new Map<string, string>();
    return {
      lease: (request) =>
        mapped(store.lease(request), (leases) => {
          for (const { token } of leases) queues.set(token, request.queue);
          return leases;
        }),
      ...changingSettles((step) => ({ ...step, queue: queues.get(step.token) ?? step.queue }))(store),
    };
  },
  "heeds the first characters of a token": settlingBy((step, given) => ({
    ...step,
    token: [...given.keys()].find((token) => step.token.startsWith(token)) ?? step.token,
  })),
  "uses the id of a message as its token": remembering((store, given) => ({
    lease: (request) =>
      mapped(store.lease(request), (leases) => leases.map((lease) => ({ ...lease, token: lease.id }))),
    ...changingSettles((step) => ({
      ...step,
      token: [...given.values()].filter(({ id }) => id === step.token).at(-1)?.token ?? step.token,
    }))(store),
  })),
  "takes the first of two settles in a list": (store) => ({
    write: (lists, writeId) => {
      const once = lists.map((steps) => steps.filter((step, n) => n === firstOf(steps, step)));
      return mapped(store.write(once, writeId), (answers) =>
        answers.map((answer, i) =>
          isLeft(answer)
            ? answer
            : right((lists[i] ?? []).map((_, n) => answer.right[n] ?? { _tag: "Settled", outcome: Ack })),
        ),
      );
    },
  }),
  "forgets a lease at its end, not when it is reaped": (store) => {
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
      ...changingSettles((step) => (ended(step.token) ? { ...step, token: "ended" } : step))(store),
    };
  },
  "names no message in a refusal": (store) => ({
    write: (lists, writeId) =>
      mapped(store.write(lists, writeId), (answers) =>
        answers.map((answer) => (isLeft(answer) ? left(leaseLost("" as Lease["id"])) : answer)),
      ),
  }),
  "tells what was asked for, not what was done": changingResults((result, step) =>
    step._tag === "Settle" ? { _tag: "Settled", outcome: step.outcome } : result,
  ),
  "answers every settle with Ack": changingResults((result) =>
    result._tag === "Settled" ? { ...result, outcome: Ack } : result,
  ),
  "says that it extended what is gone": (store) => ({
    extend: (request) => mapped(store.extend(request), (answers) => answers.map(() => right(undefined))),
  }),
  "extends nothing": (store) => ({
    extend: (request) =>
      mapped(store.extend({ ...request, leases: [] }), () => request.leases.map(() => right(undefined))),
  }),
  "extends leases, but never shortens them": (store) => ({
    extend: (request) => store.extend({ ...request, leaseMs: Math.max(request.leaseMs, 30_000) }),
  }),
  "extends all or none": (store) => ({
    extend: (request) =>
      mapped(store.extend(request), (answers) => {
        const lost = answers.find(isLeft);
        return lost === undefined ? answers : answers.map(() => lost);
      }),
  }),
  "answers an extend of nothing with something": (store) => ({
    extend: (request) =>
      mapped(store.extend(request), (answers) => (answers.length === 0 ? [right(undefined)] : answers)),
  }),
  "extends 1,000 leases at most": (store) => ({
    extend: (request) =>
      mapped(store.extend({ ...request, leases: request.leases.slice(0, 1_000) }), (answers) =>
        request.leases.map((_, n) => answers[n] ?? right(undefined)),
      ),
  }),
};

const firstOf = (steps: ReadonlyArray<{ readonly _tag: string }>, step: { readonly _tag: string }): number =>
  step._tag === "Settle"
    ? steps.findIndex((other) => "token" in other && "token" in step && other.token === step.token)
    : steps.indexOf(step);
