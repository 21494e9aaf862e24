import { Subject, type Subscription, take, VirtualTimeScheduler } from "rxjs";
import { describe, expect, it } from "vitest";
import { type Effect, effect, fail, fromOne, succeed } from "../../../../src/core/Effect.js";
import { storeClosed } from "../../../../src/core/SluiceError.js";
import type { Slot } from "../../../../src/sourcing/pool/Place.js";
import { Pool, type PoolOptions } from "../../../../src/sourcing/pool/Pool.js";

interface Thing {
  readonly n: number;
  readonly done?: boolean;
}

/** A pool of numbered things that tells what it loads and what leaves. */
const setUp = (options: Partial<PoolOptions<Thing, "done">> = {}) => {
  const scheduler = new VirtualTimeScheduler();
  const told: Array<string> = [];
  const pool = new Pool<Thing, "done">({
    scheduler,
    sizeMax: Number.POSITIVE_INFINITY,
    idleMs: Number.POSITIVE_INFINITY,
    doneBecause: ({ done }) => (done === true ? "done" : undefined),
    onLeft: ({ id, value, because }) => {
      told.push(`${id}${value.n} ${because}`);
    },
    ...options,
  });
  /** Loads the thing where it is not known, and answers its number. */
  const use = (id: string, n = 1): Effect<number> =>
    pool.run(id, (slot) => {
      if (slot.value !== undefined) return succeed(slot.value.n);
      told.push(`load ${id}`);
      slot.set({ n });
      return succeed(n);
    });
  /** A work that lasts until its answer is given. */
  const long = (id: string, name = id) => {
    const answer = new Subject<string>();
    const subscription: Subscription = pool
      .run(id, (slot) => {
        told.push(`begin ${name}`);
        slot.set(slot.value ?? { n: 1 });
        return fromOne<string>(answer.pipe(take(1)));
      })
      .subscribe({ next: (value) => told.push(`end ${name} ${value}`), error: () => told.push(`failed ${name}`) });
    return { end: (value = "") => answer.next(value), subscription };
  };
  return { pool, scheduler, told, use, long };
};

describe("a pool", () => {
  it("keeps what was loaded, and counts", async () => {
    const { pool, told, use } = setUp();
    expect([await use("a", 5), await use("a"), await use("b")]).toEqual([5, 5, 1]);
    expect(told).toEqual(["load a", "load b"]);
    expect(pool.stats()).toEqual({ size: 2, hits: 1, misses: 2, evictions: 0 });
  });

  it("does nothing before somebody subscribes", () => {
    const { pool, told, use } = setUp();
    void use("a");
    expect([told, pool.stats().misses]).toEqual([[], 0]);
  });

  it("runs works of one id one after the other, those of others meanwhile", () => {
    const { told, long } = setUp();
    const [first, second, other] = [long("a", "1"), long("a", "2"), long("b", "3")];
    expect(told).toEqual(["begin 1", "begin 3"]);
    other.end("x");
    first.end("y");
    expect(told).toEqual(["begin 1", "begin 3", "end 3 x", "end 1 y", "begin 2"]);
    second.end("z");
    expect(told.at(-1)).toBe("end 2 z");
  });

  it("loads once for all who wait", () => {
    const { pool, told, use, long } = setUp();
    const first = long("a");
    const got: Array<number> = [];
    for (let i = 0; i < 3; i++) use("a").subscribe((n) => got.push(n));
    first.end();
    expect([got, told.filter((text) => text.startsWith("load"))]).toEqual([[1, 1, 1], []]);
    expect(pool.stats()).toMatchObject({ hits: 3, misses: 1 });
  });

  it("goes on after a work that fails, throws, or throws within", async () => {
    const { pool, use } = setUp();
    await use("a", 7);
    await expect(pool.run("a", () => fail(storeClosed())).then((r) => r)).rejects.toMatchObject({
      _tag: "StoreClosed",
    });
    await expect(
      pool
        .run("a", () => {
          throw new Error("odd");
        })
        .then((r) => r),
    ).rejects.toMatchObject({ _tag: "Defect" });
    expect(await use("a")).toBe(7);
  });

  it("forgets an id of which nothing was learned", async () => {
    const { pool } = setUp();
    await pool.run("a", () => succeed(1));
    expect([pool.peek("a"), pool.stats().size]).toEqual([undefined, 0]);
  });

  it("takes any number of works that end at once", () => {
    const { told, use, long } = setUp();
    const first = long("a");
    let sum = 0;
    for (let i = 0; i < 20_000; i++)
      use("a").subscribe((n) => {
        sum += n;
      });
    first.end();
    expect([sum, told.length]).toEqual([20_000, 2]);
  });

  it("goes on where a receiver throws, for whoever waits and whoever comes later", () => {
    const { told, use } = setUp();
    const broken = (): never => {
      throw new Error("the receiver's own");
    };
    expect(() => use("a", 5).run(broken, broken)).toThrow("the receiver's own");
    use("a").run((n) => told.push(`got ${n}`), broken);
    expect(told).toEqual(["load a", "got 5"]);
    const asking = (): void => {
      use("a").run(broken, broken);
      use("a").run((n) => told.push(`then ${n}`), broken);
    };
    expect(() => use("a").run(asking, broken)).toThrow("the receiver's own");
    expect(told.slice(2)).toEqual(["then 5"]);
  });

  it("takes a work that is asked for by the answer of another one", () => {
    const { pool, use, told } = setUp({ sizeMax: 1 });
    const got: Array<number> = [];
    use("a", 3).subscribe(() => use("a").subscribe((n) => got.push(n)));
    const answer = new Subject<number>();
    pool.run("a", () => fromOne<number>(answer.pipe(take(1)))).subscribe(() => use("a").subscribe((n) => got.push(n)));
    answer.next(1);
    use("b").subscribe();
    expect([got, told]).toEqual([
      [3, 3],
      ["load a", "load b", "a3 least recently used"],
    ]);
  });
});

describe("a pool that is full", () => {
  it("gives up what was not used for longest: of a, b and c it is b where a was touched", async () => {
    const { pool, told, use } = setUp({ sizeMax: 2 });
    for (const id of ["a", "b", "a", "c", "a", "c"]) await use(id);
    expect(told).toEqual(["load a", "load b", "load c", "b1 least recently used"]);
    expect(pool.stats()).toEqual({ size: 2, hits: 3, misses: 3, evictions: 1 });
  });

  it("never gives up what is busy, or has works that wait", () => {
    const { pool, told, long, use } = setUp({ sizeMax: 1 });
    const first = long("a", "1");
    const second = long("a", "2");
    use("b").subscribe();
    first.end();
    use("c").subscribe();
    expect(told).toEqual([
      "begin 1",
      "load b",
      "b1 least recently used",
      "end 1 ",
      "begin 2",
      "load c",
      "c1 least recently used",
    ]);
    second.end();
    expect(pool.stats()).toMatchObject({ size: 1, evictions: 2 });
    use("d").subscribe();
    expect(told.slice(-2)).toEqual(["load d", "a1 least recently used"]);
  });

  it("makes room as soon as a value is there, and comes back to its size when works end", () => {
    const { pool, told, long, use } = setUp({ sizeMax: 2 });
    use("a").subscribe();
    const works = ["b", "c", "d"].map((id) => long(id));
    expect([pool.stats().size, told.includes("a1 least recently used")]).toEqual([3, true]);
    for (const { end } of works) end();
    expect(pool.stats().size).toBe(2);
  });

  it("of size 0 keeps nothing, and tells of each", async () => {
    const { pool, told, use } = setUp({ sizeMax: 0 });
    await use("a");
    await use("a");
    expect([pool.stats().size, told]).toEqual([
      0,
      ["load a", "a1 least recently used", "load a", "a1 least recently used"],
    ]);
  });
});

describe("a pool with a time", () => {
  it("gives up what was idle for so long, counted from its last work", () => {
    const { scheduler, told, use, pool } = setUp({ idleMs: 10 });
    const at = (ms: number, id: string): void =>
      void scheduler.schedule(() => use(id).subscribe(() => told.push(`${id} at ${scheduler.now()}`)), ms);
    at(0, "a");
    at(2, "b");
    at(9, "a");
    scheduler.schedule(() => told.push(`at 13: ${pool.stats().size}`), 13);
    scheduler.flush();
    expect(told).toEqual(["load a", "a at 0", "load b", "b at 2", "a at 9", "b1 idle", "at 13: 1", "a1 idle"]);
    expect([pool.stats().size, scheduler.now(), scheduler.actions.length]).toEqual([0, 19, 0]);
  });

  it("does not count the time of a work", () => {
    const { scheduler, told, long } = setUp({ idleMs: 10 });
    const work = long("a");
    scheduler.schedule(() => work.end(), 25);
    scheduler.flush();
    expect([told, scheduler.now()]).toEqual([["begin a", "end a ", "a1 idle"], 35]);
  });

  it("has no timer where the time is endless", async () => {
    const { scheduler, use } = setUp();
    await use("a");
    expect(scheduler.actions.length).toBe(0);
  });
});

describe("a value that is done", () => {
  const finish = (slot: Slot<Thing>): Effect<void> => {
    slot.set({ n: 9, done: true });
    return succeed(undefined);
  };

  it("leaves at once, and is told once", async () => {
    const { pool, told, use } = setUp();
    await use("a");
    await pool.run("a", finish);
    expect([told, pool.stats()]).toEqual([["load a", "a9 done"], { size: 0, hits: 1, misses: 1, evictions: 1 }]);
  });

  it("leaves when the works that wait have ended, and stays where one of them brings it back", () => {
    const { pool, told, long } = setUp();
    const first = long("a", "1");
    pool.run("a", finish).subscribe(() => told.push("finished"));
    const second = long("a", "2");
    first.end();
    expect(told.slice(-3)).toEqual(["end 1 ", "finished", "begin 2"]);
    pool.peek("a")?.set({ n: 4 });
    second.end();
    expect([told.at(-1), pool.stats().size]).toEqual(["end 2 ", 1]);
  });

  it("leaves at once also where that is learned while it is at rest", async () => {
    const { pool, told, use } = setUp();
    await use("a");
    await use("b");
    pool.peek("a")?.set({ n: 9, done: true });
    expect([told, pool.stats()]).toEqual([
      ["load a", "load b", "a9 done"],
      { size: 1, hits: 0, misses: 2, evictions: 1 },
    ]);
    pool.peek("b")?.set({ n: 3 });
    expect([await use("b"), await use("a", 2)]).toEqual([3, 2]);
  });

  it("is told again where it came back to life in between", async () => {
    const { pool, told } = setUp();
    const set = (done: boolean) => pool.run("a", (slot) => succeed(slot.set({ n: 1, done })));
    for (const done of [true, false, true, true]) await set(done);
    expect(told).toEqual(["a1 done"]);
  });

  it("that was so when it was loaded leaves untold", async () => {
    const { pool, told } = setUp();
    await pool.run("a", finish);
    expect([told, pool.stats()]).toEqual([[], { size: 0, hits: 0, misses: 1, evictions: 0 }]);
  });
});

describe("a value in doubt", () => {
  it("is loaded anew, keeps its place, and is told as it was last known", async () => {
    const { pool, told, use } = setUp({ sizeMax: 1 });
    await use("a", 3);
    const doubt = (slot: Slot<Thing>): Effect<number | undefined> => {
      slot.doubt();
      return succeed(slot.value?.n);
    };
    expect(await pool.run("a", doubt)).toBeUndefined();
    expect(pool.stats().size).toBe(1);
    expect(await use("a", 4)).toBe(4);
    await pool.run("a", doubt);
    await use("b");
    expect(told).toEqual(["load a", "load a", "load b", "a4 least recently used"]);
    expect(pool.stats()).toEqual({ size: 1, hits: 2, misses: 3, evictions: 1 });
  });
});

describe("unsubscribing", () => {
  it("takes back a work that waits", () => {
    const { told, long } = setUp();
    const first = long("a", "1");
    const second = long("a", "2");
    const third = long("a", "3");
    second.subscription.unsubscribe();
    first.end();
    third.end();
    expect(told).toEqual(["begin 1", "end 1 ", "begin 3", "end 3 "]);
  });

  it("ends a work that runs, leaves its value in doubt, and the next one begins", () => {
    const { pool, told, use } = setUp();
    use("a").subscribe();
    let ended = false;
    const running = pool
      .run("a", () =>
        effect(() => () => {
          ended = true;
        }),
      )
      .subscribe();
    use("a", 2).subscribe((n) => told.push(`got ${n}`));
    expect(ended).toBe(false);
    running.unsubscribe();
    expect([ended, told]).toEqual([true, ["load a", "load a", "got 2"]]);
  });

  it("within the answer ends nothing else", () => {
    const { told, use, long } = setUp();
    const first = long("a");
    const second = use("a").subscribe(() => {
      second.unsubscribe();
      told.push("second");
    });
    use("a").subscribe(() => told.push("third"));
    first.end();
    expect(told.slice(-2)).toEqual(["second", "third"]);
  });
});
