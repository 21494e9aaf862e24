/** Events whose targets could not be told, once a program can tell them. */
import { broker, on } from "sluice/broker";
import type { Store } from "sluice/store";
import { describe, expect, it } from "vitest";
import { mostStores } from "../../stores/eachStore.js";
import { append, codec, eventually, running, upTo } from "./scene.js";

/** The reaction "own" is for the stream itself; the other one is for where the event says, which it cannot tell of the second. */
const programs = (store: Store) => {
  const seen: Array<string> = [];
  const reaction = (name: string) =>
    on(codec, "A").do(async ({ event: { n } }, { stream }) => seen.push(`${name} ${stream} ${n}`), { name });
  const make = (isMended: boolean) => {
    const other = reaction("other").to(({ event: { n, to } }) => {
      if (n === 2 && !isMended) throw new Error("of no use");
      return to;
    });
    const of = broker(store, { name: "b", reactions: [reaction("own"), other] });
    of.events$.subscribe();
    return of;
  };
  const of = (start: string) => seen.filter((one) => one.startsWith(start)).map((one) => one.slice(start.length + 1));
  return { make, of };
};

describe.each(mostStores())("an event whose target could not be told, on %s", (_, open) => {
  it("goes to its targets with the next program that can, each of its reactions once", async () => {
    const store = open();
    const { make, of } = programs(store);
    const last = await append(store, upTo(3));
    const older = make(false);
    await older.runUntilIdle();
    expect([of("own s/1"), of("other x")]).toEqual([["1"], ["1", "3"]]);
    await older.unblock("s/1");
    expect(await older.runUntilIdle()).toMatchObject({ blocked: 1 });
    const newer = make(true);
    await newer.unblock("s/1");
    await newer.runUntilIdle();
    expect([of("own s/1"), of("other x"), of("other s/1")]).toEqual([["1", "2", "3"], ["1", "3", "2"], []]);
    for (const target of ["s/1", "x"]) expect(await newer.position(target)).toBe(last);
  });

  it("does so while others are correlated, and no position goes back", async () => {
    const store = open();
    const { make, of } = programs(store);
    await append(store, upTo(3));
    await make(false).runUntilIdle();
    const newer = make(true);
    const run = running(newer);
    const positions: Array<string> = [];
    for (const n of upTo(20, 4)) {
      await append(store, [n], { stream: "s/2" });
      if (n === 8) await newer.unblock("s/1");
      positions.push((await newer.position("x")) ?? "");
    }
    await eventually(() => expect([...of("other x")].sort((a, b) => +a - +b)).toEqual(upTo(23).map(String)));
    // Where the lane moved between the routing and the ack, the delivery is handled again at once.
    expect([...new Set(of("own s/1"))]).toEqual(["1", "2", "3"]);
    expect(positions).toEqual([...positions].sort());
    expect(run.ended).toEqual({});
  });
});
