/** What a process says of a queue whose events nobody hears. */
import * as t from "io-ts";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { storeUnavailable } from "../../../src/core/SluiceError.js";
import type { Logger } from "../../../src/port/Warnings.js";
import { queue } from "../../../src/queue/makeQueue.js";
import type { Queue } from "../../../src/queue/Queue.js";
import { memoryStore } from "../../../src/stores/memory/memoryStore.js";
import { aliasOf, Clock, now, watch } from "./scene.js";
import { Breaker } from "./views.js";

interface Unheard {
  readonly clock: Clock;
  readonly numbers: Queue<number>;
  readonly breaker: Breaker;
  readonly expire: () => void;
  readonly poison: () => void;
  readonly failToSettle: () => void;
}

const unheard = (logger?: Logger): Unheard => {
  const clock = new Clock();
  const inner = memoryStore({ scheduler: clock, ...(logger === undefined ? {} : { logger }) });
  const breaker = new Breaker();
  const view = breaker.view(inner);
  const numbers = queue(view, { name: "numbers", codec: t.number, leaseMs: 100 });
  const texts = queue(aliasOf(inner), { name: "numbers", codec: t.string });
  return {
    clock,
    numbers,
    breaker,
    expire: () => {
      now(numbers.enqueue(1));
      const { subscription } = watch(numbers.messages());
      clock.advance(150);
      subscription.unsubscribe();
      clock.settle();
      now(numbers.purge());
    },
    poison: () => {
      now(texts.enqueue("4111 1111"));
      const { subscription } = watch(numbers.messages());
      clock.settle();
      subscription.unsubscribe();
      clock.settle();
    },
    failToSettle: () => {
      now(numbers.enqueue(1));
      const { values, subscription } = watch(numbers.messages());
      breaker.break("write", () => storeUnavailable("away"));
      values[0]?.ack.subscribe({ error: () => undefined });
      clock.settle();
      breaker.heal();
      clock.advance(5_000);
      subscription.unsubscribe();
      clock.settle();
    },
  };
};

describe("without a subscriber of events$", () => {
  const warned: Array<readonly [sentence: string, type: unknown, code: unknown]> = [];

  beforeEach(() => {
    warned.length = 0;
    vi.spyOn(process, "emitWarning").mockImplementation(((sentence: string, options: NodeJS.EmitWarningOptions) => {
      warned.push([sentence, options.type, options.code]);
    }) as typeof process.emitWarning);
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it.each([
    ["SLUICE_EXPIRED", "expire", "is settle() missing"],
    ["SLUICE_POISONED", "poison", "deadLetters()"],
    ["SLUICE_SETTLE_FAILED", "failToSettle", "comes again"],
  ] as const)("the first %s is a warning that names the queue and the remedy; others are not", (code, kind, remedy) => {
    const s = unheard();
    s[kind]();
    s[kind]();
    expect(warned).toEqual([[expect.stringContaining(remedy), "SluiceWarning", code]]);
    expect(warned[0]?.[0]).toContain('Queue "numbers"');
  });

  it("each kind is told, without any payload", () => {
    const s = unheard();
    for (const kind of ["expire", "poison", "failToSettle"] as const) s[kind]();
    expect(warned.map(([, , code]) => code)).toEqual(["SLUICE_EXPIRED", "SLUICE_POISONED", "SLUICE_SETTLE_FAILED"]);
    expect(JSON.stringify(warned)).not.toContain("4111");
  });

  it("is told once for a queue, whichever call made the face, and again for another queue", () => {
    const s = unheard();
    s.poison();
    const again = queue(s.numbers.store, { ...s.numbers.definition });
    now(again.enqueue(1));
    s.poison();
    expect(warned).toHaveLength(1);
    unheard().poison();
    expect(warned).toHaveLength(2);
  });

  it("nothing is said while somebody listens", () => {
    const s = unheard();
    const { values } = watch(s.numbers.events$);
    for (const kind of ["expire", "poison", "failToSettle"] as const) s[kind]();
    expect(values.map(({ _tag }) => _tag)).toEqual(expect.arrayContaining(["Expired", "Poisoned", "StoreFailed"]));
    expect(warned).toEqual([]);
  });

  it("a logger is told instead, each time", () => {
    const lines: Array<readonly [string, Readonly<Record<string, unknown>>]> = [];
    const s = unheard({ warn: (sentence, fields) => lines.push([sentence, fields]) });
    s.poison();
    s.poison();
    expect(warned).toEqual([]);
    expect(lines).toHaveLength(2);
    expect(lines[0]?.[1]).toMatchObject({ code: "SLUICE_POISONED", queue: "numbers", attempt: 1 });
  });

  it("a logger that throws breaks nothing but is reported", () => {
    vi.useFakeTimers();
    try {
      const s = unheard({
        warn: () => {
          throw new Error("the disk is full");
        },
      });
      s.poison();
      expect(now(s.numbers.stats())).toMatchObject({ dead: 1 });
      expect(() => vi.runAllTimers()).toThrow("the disk is full");
    } finally {
      vi.useRealTimers();
    }
  });
});
