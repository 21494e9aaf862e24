/** Stores that break their word about marks. */
import { isRight } from "fp-ts/lib/Either.js";
import type { EnqueueStep } from "../../../../../src/core/steps/Enqueue.js";
import type { KeyHead } from "../../../../../src/port/QueuePort.js";
import type { Store } from "../../../../../src/port/Store.js";
import { type Break, both, changingEnqueues, changingLeases, changingSettles, mapped } from "./BrokenStore.js";

type Heads = ReadonlyArray<KeyHead | undefined>;

const changingHeads =
  (change: (heads: Heads, keys: ReadonlyArray<string>) => Heads): Break =>
  (store) => ({ heads: (request) => mapped(store.heads(request), (heads) => change(heads, request.keys)) });

const changingEach = (change: (head: KeyHead, key: string) => KeyHead | undefined): Break =>
  changingHeads((heads, keys) => heads.map((head, i) => head && change(head, keys[i] ?? "")));

/** Knows every enqueue. */
const noting = (note: (step: EnqueueStep) => void): Break =>
  changingEnqueues((step) => {
    note(step);
    return step;
  });

/** Tells no mark from this call on. */
const forgettingAfter =
  (call: (store: Store, forget: () => void) => Partial<Store>): Break =>
  (store) => {
    let forgotten = false;
    const forget = (): void => {
      forgotten = true;
    };
    return {
      ...changingEach((head) => (forgotten ? { ...head, mark: undefined } : head))(store),
      ...call(store, forget),
    };
  };

export const marking: Readonly<Record<string, Break>> = {
  "tells no marks": changingEach((head) => ({ ...head, mark: undefined })),
  "tells of no head that it is blocked": changingEach((head) => ({ ...head, blocked: false })),
  "has a head for every key": changingHeads((heads) =>
    heads.map((head) => head ?? { mark: undefined, blocked: false }),
  ),
  "tells heads in the order of their keys": (store) => ({
    heads: ({ queue, keys }) => store.heads({ queue, keys: [...keys].sort() }),
  }),
  "looks at the heads of 999 keys": changingHeads((heads) => heads.map((head, i) => (i < 999 ? head : undefined))),
  "has one set of keys for all queues": (store) => {
    const queues = new Set<string>();
    return {
      ...noting(({ queue }) => queues.add(queue))(store),
      heads: ({ keys }) => store.heads({ queue: [...queues][0] ?? "", keys }),
    };
  },
  "tells marks up to their first m": changingEach((head) => ({ ...head, mark: head.mark?.replace(/m.*$/, "") })),
  "tells the mark of the latest message of a key": (store) => {
    const latest = new Map<string, string | undefined>();
    return both(
      noting(({ key, mark }) => latest.set(key ?? "", mark)),
      changingEach((head, key) => ({ ...head, mark: latest.get(key) })),
    )(store);
  },
  "lets a head inherit the mark of the former one": (store) => {
    const told = new Map<string, string>();
    return both(
      noting(({ key, mark }) => mark !== undefined && told.set(key ?? "", mark)),
      changingEach((head, key) => ({ ...head, mark: head.mark ?? told.get(key) })),
    )(store);
  },
  "forgets a mark when its message returns": forgettingAfter((store, forget) =>
    changingSettles((step) => {
      if (step.outcome._tag === "Retry" || step.outcome._tag === "Release") forget();
      return step;
    })(store),
  ),
  "forgets a mark when its message is unblocked": forgettingAfter((store, forget) => ({
    unblock: (request, writeId) => {
      forget();
      return store.unblock(request, writeId);
    },
  })),
  "forgets the mark of a head whose followers are purged": forgettingAfter((store, forget) => ({
    purge: (request, writeId) => {
      if (request.followersOf !== undefined) forget();
      return store.purge(request, writeId);
    },
  })),
  "looks at heads without what is due": (store) => {
    const hidden = new Set<string>();
    return {
      ...noting(({ key, delayMs }) => delayMs > 0 && hidden.add(key ?? ""))(store),
      ...changingHeads((heads, keys) => heads.map((head, i) => (hidden.has(keys[i] ?? "") ? undefined : head)))(store),
      lease: (request) => {
        hidden.clear();
        return store.lease(request);
      },
    };
  },
  "marks a message anew with each duplicate of it": (store) => {
    const marks = new Map<string, string>();
    return {
      write: (lists, writeId) =>
        mapped(store.write(lists, writeId), (answers) => {
          answers.forEach((answer, i) => {
            if (!isRight(answer)) return;
            answer.right.forEach((result, n) => {
              const step = lists[i]?.[n];
              if (result._tag === "Enqueued" && result.duplicate && step?._tag === "Enqueue")
                marks.set(step.key ?? "", step.mark ?? "");
            });
          });
          return answers;
        }),
      ...changingEach((head, key) => ({ ...head, mark: marks.get(key) ?? head.mark }))(store),
    };
  },
  "delivers marks": changingLeases((leases) => leases.map((lease) => ({ ...lease, mark: "m" }))),
  "keeps the dedupe ids of marked messages": changingEnqueues((step) => ({
    ...step,
    dedupe: step.mark === undefined ? step.dedupe : step.dedupe && { ...step.dedupe, windowMs: 1e9 },
  })),
  "marks the keys of refused and resent enqueues": (store) => {
    const marks = new Map<string, string>();
    return both(
      noting(({ key, mark }) => mark !== undefined && marks.set(key ?? "", mark)),
      changingHeads((heads, keys) =>
        heads.map((head, i) => head ?? { mark: marks.get(keys[i] ?? ""), blocked: false }),
      ),
    )(store);
  },
};

export const markProofs: Readonly<Record<string, ReadonlyArray<string>>> = {
  "tells no marks": [
    "a free key has no head, and each key is told in the order in which it was asked for",
    "the head tells the mark of its enqueue, whoever follows it and however it comes back",
    "a delayed first delivery tells its mark once it is due and the head of its key",
    "1,000 heads are told at once",
  ],
  "tells of no head that it is blocked": [
    "a head that is blocked says so and tells its mark, and after an unblock too",
    "a blocked head without a mark says so too",
    "marks and keys of any text are told as they were given",
  ],
  "has a head for every key": [
    "a free key has no head, and each key is told in the order in which it was asked for",
    "a delayed first delivery tells its mark once it is due and the head of its key",
  ],
  "tells heads in the order of their keys": [
    "a free key has no head, and each key is told in the order in which it was asked for",
  ],
  "looks at the heads of 999 keys": ["1,000 heads are told at once"],
  "has one set of keys for all queues": [
    "a free key has no head, and each key is told in the order in which it was asked for",
  ],
  "tells marks up to their first m": ["marks and keys of any text are told as they were given"],
  "tells the mark of the latest message of a key": [
    "the head tells the mark of its enqueue, whoever follows it and however it comes back",
    "the next head tells its own mark after an ack, a reject, a skip, a purge and a last failure",
    "a duplicate leaves its mark nowhere",
  ],
  "lets a head inherit the mark of the former one": [
    "whoever has no mark inherits none",
    "a redriven message has no mark, as a head and as a follower",
  ],
  "forgets a mark when its message returns": [
    "the head tells the mark of its enqueue, whoever follows it and however it comes back",
  ],
  "forgets a mark when its message is unblocked": [
    "a head that is blocked says so and tells its mark, and after an unblock too",
  ],
  "forgets the mark of a head whose followers are purged": [
    "a purge of followers leaves the head its mark, and whoever comes after follows it",
  ],
  "looks at heads without what is due": [
    "a delayed first delivery tells its mark once it is due and the head of its key",
  ],
  "marks a message anew with each duplicate of it": ["a duplicate leaves its mark nowhere"],
  "delivers marks": ["a mark is shown to nobody but who asks for heads"],
  "keeps the dedupe ids of marked messages": ["a message with a mark is delivered, counted and purged like any other"],
  "marks the keys of refused and resent enqueues": ["a resent write and a refused list leave no mark"],
};
