import { from, map, mergeMap, of, toArray } from "rxjs";
import { mapData } from "sluice";
import { testMessage } from "sluice/testing";
import { describe, expect, it } from "vitest";
import { operatorLaws } from "../../support/operatorLaws.js";
import { tellMessage, tellOutcome } from "../../support/tell.js";

describe("mapData", () => {
  operatorLaws({
    operator: () => mapData((text: string) => text.toUpperCase()),
    input: (text) => testMessage(text),
    show: tellMessage,
    shown: (text) => text.toUpperCase(),
  });

  it("keeps the lease: acking the result acks the original", () => {
    const message = testMessage("a", { key: "k", attempt: 3, headers: { trace: "1" } });
    const seen: Array<unknown> = [];
    of(message)
      .pipe(
        mapData((text) => text.length),
        mergeMap((m) => m.ack.pipe(map((outcome) => [m.id, m.data, m.key, m.attempt, { ...m.headers }, outcome._tag]))),
      )
      .subscribe((x) => seen.push(x));
    expect(seen).toStrictEqual([[message.id, 1, "k", 3, { trace: "1" }, "Ack"]]);
    expect(message.settled.map(tellOutcome)).toStrictEqual(["Ack"]);
  });

  it("computes the data once, however often it is read", () => {
    let calls = 0;
    of(testMessage(1))
      .pipe(
        mapData((n) => {
          calls += 1;
          return n + 1;
        }),
      )
      .subscribe((m) => expect([m.data, m.data]).toStrictEqual([2, 2]));
    expect(calls).toBe(1);
  });

  it("settles a message on which the callback throws like an undecided failure, and goes on", () => {
    const messages = ["a", "b", "c"].map((text) => testMessage(text));
    from(messages)
      .pipe(
        mapData((text) => {
          if (text === "b") throw new Error("bad b");
          return text;
        }),
        map(tellMessage),
        toArray(),
      )
      .subscribe((seen) => expect(seen).toStrictEqual(["a", "c"]));
    expect(messages.map(({ settled }) => settled.map(tellOutcome))).toStrictEqual([[], ["Retry in 200 ms"], []]);
  });
});
