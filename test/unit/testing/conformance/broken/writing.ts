/** Stores whose writes are not atomic, not in order, or not known again. */
import { isLeft, left, right } from "fp-ts/lib/Either.js";
import { soon } from "../../../../../src/core/Clock.js";
import { effect } from "../../../../../src/core/Effect.js";
import { leaseLost } from "../../../../../src/core/SluiceError.js";
import { doneOf, type Step, type WriteAnswer } from "../../../../../src/core/steps/Step.js";
import { type Break, changingEnqueues, changingResults, changingSteps, cutting, mapped } from "./BrokenStore.js";

const settlesFirst = (steps: ReadonlyArray<Step>): ReadonlyArray<Step> =>
  [...steps].sort((a, b) => (a._tag === b._tag ? 0 : a._tag === "Settle" ? -1 : 1));

/** What it belongs to. */
const placeOf = (step: Step): string =>
  "queue" in step ? step.queue : "stream" in step ? step.stream : step.collection;

export const writing: Readonly<Record<string, Break>> = {
  "performs a list step by step": cutting((steps) => steps.map((step) => [step])),
  "performs a list queue by queue": cutting((steps) =>
    [...new Set(steps.map(placeOf))].map((place) => steps.filter((step) => placeOf(step) === place)),
  ),
  "performs the enqueues of a list, whatever becomes of its settles": cutting((steps) =>
    ["Settle", "Enqueue"].map((tag) => steps.filter(({ _tag }) => _tag === tag)),
  ),
  "performs the first queue of a list": (store) => ({
    write: (lists, writeId) => {
      const firsts = lists.map((steps) =>
        steps.filter((step, _, [first]) => first !== undefined && placeOf(step) === placeOf(first)),
      );
      return mapped(store.write(firsts, writeId), (answers) =>
        answers.map((answer, i) => padded(answer, lists[i] ?? [])),
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
  "performs the settles of a list first": (store) => ({
    write: (lists, writeId) => store.write(lists.map(settlesFirst), writeId),
  }),
  "answers the steps of a list kind by kind": (store) => ({
    write: (lists, writeId) =>
      mapped(store.write(lists, writeId), (answers) =>
        answers.map((answer) =>
          isLeft(answer)
            ? answer
            : right([...answer.right].sort((a, b) => (a._tag < b._tag ? -1 : a._tag > b._tag ? 1 : 0))),
        ),
      ),
  }),
  "tells the last step of a list that may be refused": (store) => ({
    write: (lists, writeId) =>
      mapped(store.write(lists, writeId), (answers) =>
        answers.map((answer, i) => {
          const last = lists[i]?.filter((step) => step._tag === "Settle").at(-1);
          return isLeft(answer) && last !== undefined ? left(leaseLost(last.id)) : answer;
        }),
      ),
  }),
  "knows a write again only once it was answered": (store) => {
    const [begun, answered] = [new Set<string>(), new Set<string>()];
    return {
      write: (lists, writeId) => {
        const twice = begun.has(writeId) && !answered.has(writeId);
        begun.add(writeId);
        soon(store.scheduler, () => answered.add(writeId));
        return store.write(lists, twice ? `${writeId} twice` : writeId);
      },
    };
  },
  "lets a lease overtake the writes before it": (store) => ({
    write: (lists, writeId) =>
      effect((asker) => {
        soon(store.scheduler, () => store.write(lists, writeId).subscribe(asker));
      }),
  }),
  "answers a write of nothing with a list": (store) => ({
    write: (lists, writeId) =>
      mapped(store.write(lists, writeId), (answers) => (answers.length === 0 ? [right([])] : answers)),
  }),
  "performs a resent write again": (store) => {
    let runs = 0;
    return { write: (lists, writeId) => store.write(lists, `${writeId} ${runs++}`) };
  },
  "remembers the latest ten write ids": (store) => {
    let latest: ReadonlyArray<readonly [string, string]> = [];
    let runs = 0;
    return {
      write: (lists, writeId) => {
        const known = latest.find(([id]) => id === writeId);
        if (known === undefined) latest = [...latest, [writeId, `${writeId} ${runs++}`] as const].slice(-10);
        return store.write(lists, latest.find(([id]) => id === writeId)?.[1] ?? writeId);
      },
    };
  },
  "takes short write ids for one": (store) => ({
    write: (lists, writeId) => store.write(lists, writeId.length < 6 ? "short" : writeId),
  }),
  "answers a resent refusal as done": (store) => {
    const seen = new Set<string>();
    return {
      write: (lists, writeId) => {
        const again = seen.has(writeId);
        seen.add(writeId);
        return mapped(store.write(lists, writeId), (answers) =>
          answers.map((answer, i) => (again && isLeft(answer) ? padded(right([]), lists[i] ?? []) : answer)),
        );
      },
    };
  },
  "heeds no dedupe id": changingEnqueues((step) => ({ ...step, dedupe: undefined })),
  "gives a duplicate its own id": changingResults((result, step) =>
    step._tag === "Enqueue" ? { ...result, id: step.id } : result,
  ),
  "takes every message id for a dedupe id": changingEnqueues((step) => ({
    ...step,
    dedupe: step.dedupe ?? { id: `message ${step.id}`, windowMs: 60_000 },
  })),
  "never forgets a dedupe id": changingEnqueues((step) => ({
    ...step,
    dedupe: step.dedupe && { ...step.dedupe, windowMs: 1e9 },
  })),
  "forgets a dedupe id when its message returns": (store) => {
    let returned = false;
    return changingSteps((step) => {
      if (step._tag === "Settle") returned ||= step.outcome._tag !== "Ack";
      return step._tag === "Enqueue" && returned ? { ...step, dedupe: undefined } : step;
    })(store);
  },
  "remembers a dedupe id for a moment at least": changingEnqueues((step) => ({
    ...step,
    dedupe: step.dedupe && { ...step.dedupe, windowMs: Math.max(step.dedupe.windowMs, 10) },
  })),
  "begins the window anew with each duplicate": (store) => {
    const ends = new Map<string, number>();
    return changingEnqueues((step) => {
      if (step.dedupe === undefined) return step;
      const nowMs = store.scheduler.now();
      const known = (ends.get(step.dedupe.id) ?? 0) > nowMs;
      ends.set(step.dedupe.id, nowMs + step.dedupe.windowMs);
      return known ? undefined : { ...step, dedupe: undefined };
    })(store);
  },
  "remembers the dedupe ids of refused lists": (store) => {
    const refused = new Set<string>();
    const skipping = changingEnqueues((step) => (refused.has(step.dedupe?.id ?? "") ? undefined : step))(store);
    return {
      write: (lists, writeId) =>
        mapped((skipping.write ?? store.write)(lists, writeId), (answers) => {
          answers.forEach((answer, i) => {
            if (isLeft(answer))
              for (const step of lists[i] ?? []) if ("dedupe" in step && step.dedupe) refused.add(step.dedupe.id);
          });
          return answers;
        }),
    };
  },
  "has one set of dedupe ids for all queues": (store) => {
    const seen = new Set<string>();
    return changingEnqueues((step) => {
      if (step.dedupe === undefined) return step;
      const other = [...seen].some(
        (text) => text.endsWith(` ${step.dedupe?.id}`) && !text.startsWith(`${step.queue} `),
      );
      seen.add(`${step.queue} ${step.dedupe.id}`);
      return other ? undefined : step;
    })(store);
  },
  "tells dedupe ids apart by their letters and digits": changingEnqueues((step) => ({
    ...step,
    dedupe: step.dedupe && { ...step.dedupe, id: step.dedupe.id.replace(/[^a-z0-9]/giu, "") },
  })),
};

/** An answer with a result for each step, as if all had been done. */
const padded = (answer: WriteAnswer, steps: ReadonlyArray<Step>): WriteAnswer =>
  isLeft(answer) ? answer : right(steps.map((step, n) => answer.right[n] ?? doneOf(step)));
