import { right } from "fp-ts/lib/Either.js";
import * as t from "io-ts";
import { tap } from "rxjs";
import { describe, expect, it, vi } from "vitest";
import { fromOne, mapEffect, succeed } from "../../../../src/core/Effect.js";
import { type MessageId, newMessageId } from "../../../../src/core/MessageId.js";
import { Reject } from "../../../../src/core/Outcome.js";
import type { RedriveFromRequest, RedriveRequest, StoredDeadLetter } from "../../../../src/port/Inspect.js";
import type { Store } from "../../../../src/port/Store.js";
import { queue } from "../../../../src/queue/makeQueue.js";
import { aliasOf, type Clock, dataOf, errorOf, now, range, type Scene, scene, watch } from "../scene.js";

/** A scene with dead letters of the numbers from 0. */
const dead = (
  count: number,
  view?: (store: Store, clock: Clock) => Store,
): Scene & { readonly ids: ReadonlyArray<MessageId> } => {
  const s = scene({}, view);
  s.fill(count);
  const messages = now(s.queue.receive({ max: 10_000 }));
  for (const message of messages) message.settle(Reject({ cause: "no" })).subscribe();
  s.clock.settle();
  return { ...s, ids: messages.map(({ id }) => id) };
};

const ready = (s: Scene): ReadonlyArray<number> => dataOf(now(s.queue.receive({ max: 10_000 })));

describe("redrive", () => {
  it("puts all dead letters back, oldest first, at attempt 1, behind what waits", () => {
    const s = dead(3);
    now(s.queue.enqueue(99));
    s.clock.advance(500);
    expect(now(s.queue.redrive())).toBe(3);
    const messages = now(s.queue.receive({ max: 10 }));
    expect(messages.map(({ data, attempt }) => [data, attempt])).toEqual([
      [99, 1],
      [0, 1],
      [1, 1],
      [2, 1],
    ]);
    expect(messages[1]).toMatchObject({ id: s.ids[0], enqueuedAtMs: 500, firstEnqueuedAtMs: 0 });
    expect(s.stats()).toMatchObject({ dead: 0, enqueued: 4, leased: 4 });
  });

  it("does nothing before it is subscribed to", () => {
    const s = dead(1);
    s.queue.redrive();
    expect(s.stats().dead).toBe(1);
  });

  it("wakes a consumer that waits", () => {
    const s = dead(1);
    const { values } = watch(s.queue.messages());
    now(s.queue.redrive());
    s.clock.settle();
    expect(dataOf(values)).toEqual([0]);
  });

  it("takes no more than the limit, the oldest; a limit of 0 takes none", () => {
    const s = dead(5);
    expect(now(s.queue.redrive({ limit: 0 }))).toBe(0);
    expect(now(s.queue.redrive({ limit: 2 }))).toBe(2);
    expect(ready(s)).toEqual([0, 1]);
    expect(s.stats().dead).toBe(3);
  });

  it("takes a thousand where no limit is given, and goes over pages for more", () => {
    const s = dead(2_600);
    expect(now(s.queue.redrive())).toBe(1_000);
    expect(now(s.queue.redrive({ limit: 1_250 }))).toBe(1_250);
    expect(ready(s)).toEqual(range(0, 2_250));
    expect(s.stats().dead).toBe(350);
  });

  it("takes each once, also where a consumer rejects them again at once", () => {
    const s = dead(1_200, (store, clock) => ({
      ...store,
      redriveFrom: (request, writeId) => fromOne(store.redriveFrom(request, writeId).pipe(tap(() => clock.settle()))),
    }));
    const { values } = watch(s.queue.messages().pipe(tap((m) => m.settle(Reject({ cause: "again" })).subscribe())));
    expect(now(s.queue.redrive({ limit: Number.MAX_SAFE_INTEGER }))).toBe(1_200);
    expect(dataOf(values)).toEqual(range(0, 1_200));
    expect(s.stats()).toMatchObject({ dead: 1_200, ready: 0 });
  });

  it("takes only the ids given, in the order of their death, and passes over unknown ones", () => {
    const s = dead(1_200);
    const ids = [s.ids[1_100]!, newMessageId(), s.ids[3]!, s.ids[3]!.toUpperCase() as MessageId];
    expect(now(s.queue.redrive({ ids }))).toBe(2);
    expect(ready(s)).toEqual([3, 1_100]);
  });

  it("takes none for an empty list of ids", () => {
    const s = dead(2);
    expect(now(s.queue.redrive({ ids: [] }))).toBe(0);
    expect(s.stats().dead).toBe(2);
  });

  it("counts the limit among the ids", () => {
    const s = dead(4);
    expect(now(s.queue.redrive({ ids: s.ids.slice(1), limit: 2 }))).toBe(2);
    expect(ready(s)).toEqual([1, 2]);
  });

  it("makes new data of the old by upcast, and leaves dead what that answers undefined for", () => {
    const s = dead(4);
    const upcast = (json: unknown): number | undefined =>
      typeof json === "number" && json % 2 === 1 ? json * 10 : undefined;
    expect(now(s.queue.redrive({ upcast }))).toBe(2);
    expect(ready(s)).toEqual([10, 30]);
    expect(now(s.queue.deadLetters()).items.map(({ data }) => data)).toEqual([right(0), right(2)]);
  });

  it("gives each of two letters with one id its own new data", () => {
    const s = scene({ dedupeMs: 0 });
    const id = newMessageId();
    for (const n of [1, 2, 3]) now(s.queue.enqueue(n, { id }));
    for (const message of now(s.queue.receive({ max: 10 }))) message.settle(Reject({ cause: "no" })).subscribe();
    s.clock.settle();
    const upcast = (json: unknown): number | undefined => (json === 1 ? undefined : (json as number) * 10);
    expect(now(s.queue.redrive({ ids: [id], upcast }))).toBe(2);
    expect(ready(s)).toEqual([20, 30]);
    expect(now(s.queue.deadLetters()).items.map(({ data }) => data)).toEqual([right(1)]);
  });

  it("does not count a letter that another call took in the meantime", () => {
    const taken: Array<string> = [];
    const s = dead(3, (store) => ({
      ...store,
      redrive: (request, writeId) => {
        const [first] = request.letters;
        if (first !== undefined && taken.length === 0) {
          taken.push(first.id);
          now(store.redrive({ ...request, letters: [first] }, newMessageId()));
        }
        return store.redrive(request, writeId);
      },
    }));
    expect(now(s.queue.redrive({ upcast: (json) => (json as number) + 100 }))).toBe(2);
    expect(ready(s)).toEqual([100, 101, 102]);
    expect(s.stats()).toMatchObject({ dead: 0, enqueued: 3 });
  });

  it("counts the limit after upcast has chosen", () => {
    const s = dead(1_500);
    const upcast = (json: unknown): number | undefined => ((json as number) >= 1_200 ? (json as number) : undefined);
    expect(now(s.queue.redrive({ upcast, limit: 5 }))).toBe(5);
    expect(ready(s)).toEqual(range(1_200, 1_205));
  });

  it("upcasts the payload of another envelope version, or of none that can be read", () => {
    const s = scene();
    const step = {
      _tag: "Enqueue",
      queue: "numbers",
      key: undefined,
      headers: undefined,
      delayMs: 0,
      priority: 0,
      expiresInMs: undefined,
    } as const;
    const foreign = ['0{"total":7}', "9[8]", "1{broken", ""].map((payload) => ({
      ...step,
      id: newMessageId(),
      payload,
      dedupe: undefined,
      mark: undefined,
    }));
    now(s.inner.write([foreign], newMessageId()));
    expect(now(s.queue.receive({ max: 10 }))).toEqual([]);
    s.clock.settle();
    expect(s.stats().dead).toBe(4);
    const seen: Array<unknown> = [];
    const upcast = (json: unknown): number => {
      seen.push(json);
      return seen.length;
    };
    expect(now(s.queue.redrive({ upcast }))).toBe(4);
    expect(seen).toEqual([{ total: 7 }, [8], undefined, undefined]);
    expect(ready(s)).toEqual([1, 2, 3, 4]);
  });

  it("fails with EncodeRefused where the upcast value does not fit the codec, with that page untouched", () => {
    const s = dead(3);
    const upcast = (json: unknown): number => (json === 1 ? ("one" as unknown as number) : 7);
    expect(errorOf(s.queue.redrive({ upcast }))).toMatchObject({
      _tag: "EncodeRefused",
      report: ["value: expected number, got string"],
    });
    expect(s.stats().dead).toBe(3);
  });

  it("fails with EncodeRefused where upcast throws, with that page untouched", () => {
    const s = dead(3);
    const upcast = (json: unknown): number => {
      if (json === 1) throw new Error("no such version");
      return 7;
    };
    expect(errorOf(s.queue.redrive({ upcast }))).toMatchObject({
      _tag: "EncodeRefused",
      report: ["upcast: no such version"],
    });
    expect(s.stats().dead).toBe(3);
  });

  it("fails with PayloadTooLarge where the upcast value is too large", () => {
    const s = scene();
    const texts = queue(aliasOf(s.inner), { name: "texts", codec: t.string, payloadBytesMax: 10 });
    now(texts.enqueue("a"));
    for (const message of now(texts.receive({ max: 1 }))) message.settle(Reject({ cause: "no" })).subscribe();
    s.clock.settle();
    expect(errorOf(texts.redrive({ upcast: () => "x".repeat(9) }))).toMatchObject({ _tag: "PayloadTooLarge" });
  });

  it("of a million letters takes two thousand calls and no deep stack", () => {
    const redriveFrom = vi.fn(({ after = "0", seenMax }: RedriveFromRequest) => {
      const end = Number(after) + seenMax;
      return succeed({ count: seenMax, seen: seenMax, next: end < 1_000_000 ? String(end) : undefined });
    });
    const s = scene({}, (store) => ({
      ...store,
      stats: (name) => mapEffect(store.stats(name), (counts) => ({ ...counts, dead: 1_000_000 })),
      redriveFrom,
    }));
    expect(now(s.queue.redrive({ limit: 1_000_000 }))).toBe(1_000_000);
    expect(redriveFrom).toHaveBeenCalledTimes(2_000);
  });

  it("of a hundred thousand letters with new data takes two hundred pages and no deep stack", () => {
    const letter = (i: number): StoredDeadLetter => ({
      id: `00000000-0000-7000-8000-${String(i).padStart(12, "0")}` as MessageId,
      position: String(i),
      key: undefined,
      headers: {},
      payload: "11",
      failures: 1,
      enqueuedAtMs: 0,
      firstEnqueuedAtMs: 0,
      history: [],
      deadAtMs: 0,
      cause: "no",
    });
    const deadLetters = vi.fn(
      ({ after = "0", limit }: { readonly after?: string | undefined; readonly limit: number }) => {
        const from = Number(after);
        const next = from + limit;
        return succeed({
          items: range(from, next).map(letter),
          next: next < 100_000 ? String(next) : undefined,
        });
      },
    );
    const s = scene({}, (store) => ({
      ...store,
      stats: (name) => mapEffect(store.stats(name), (counts) => ({ ...counts, dead: 1_000_000 })),
      deadLetters,
      redrive: ({ letters }: RedriveRequest) =>
        succeed({ count: letters.length, seen: letters.length, next: undefined }),
    }));
    expect(now(s.queue.redrive({ limit: 1_000_000, upcast: () => 1 }))).toBe(100_000);
    expect(deadLetters).toHaveBeenCalledTimes(200);
  });

  it.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])("refuses a limit of %s", (limit) => {
    expect(() => scene().queue.redrive({ limit })).toThrow(
      expect.objectContaining({ _tag: "InvalidConfig", option: "limit" }),
    );
  });

  it("refuses an id that is no UUID", () => {
    expect(() => scene().queue.redrive({ ids: ["order-7" as MessageId] })).toThrow(
      expect.objectContaining({ _tag: "InvalidConfig", option: "id" }),
    );
  });
});
