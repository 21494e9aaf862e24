import { from, map, type Observable, toArray } from "rxjs";
import { type Ack, filterData, type Message, Reject } from "sluice";
import { testMessage } from "sluice/testing";
import { describe, expect, expectTypeOf, it } from "vitest";
import { operatorLaws } from "../../support/operatorLaws.js";
import { tellMessage, tellOutcome } from "../../support/tell.js";

const shownOf = (source: Observable<Message<unknown>>): ReadonlyArray<string> => {
  let seen: ReadonlyArray<string> = [];
  source.pipe(map(tellMessage), toArray()).subscribe((all) => {
    seen = all;
  });
  return seen;
};

describe("filterData", () => {
  operatorLaws({
    operator: () => filterData((text: string) => text !== "z"),
    input: (text) => testMessage(text),
    show: tellMessage,
  });

  it("acks what it drops and leaves alone what it lets through", () => {
    const messages = ["a", "b", "c"].map((text) => testMessage(text));
    expect(shownOf(from(messages).pipe(filterData((text) => text !== "b")))).toStrictEqual(["a", "c"]);
    expect(messages.map(({ settled }) => settled.map(tellOutcome))).toStrictEqual([[], ["Ack"], []]);
  });

  it("settles what it drops by another outcome where one is given", () => {
    const message = testMessage("a");
    expect(shownOf(from([message]).pipe(filterData(() => false, Reject({ cause: "unwanted" }))))).toStrictEqual([]);
    expect(message.settled).toStrictEqual([Reject({ cause: "unwanted" })]);
  });

  it("narrows the data by a type guard", () => {
    const isText = (data: string | number): data is string => typeof data === "string";
    const narrowed = from([testMessage<string | number>("a"), testMessage<string | number>(1)]).pipe(
      filterData(isText),
    );
    expectTypeOf(narrowed).toEqualTypeOf<Observable<Message<string>>>();
    expect(shownOf(narrowed)).toStrictEqual(["a"]);
  });

  it("takes any truthy answer of untyped callers for a yes", () => {
    const keep = ((data: unknown) => data) as (data: unknown) => boolean;
    expect(shownOf(from([testMessage<unknown>("a"), testMessage<unknown>("")]).pipe(filterData(keep)))).toStrictEqual([
      "a",
    ]);
  });

  it("settles a message on which the callback throws like an undecided failure, and goes on", () => {
    const messages = ["a", "b"].map((text) => testMessage(text, { attempt: 2 }));
    const keep = (text: string): boolean => {
      if (text === "a") throw new Error("bad a");
      return true;
    };
    expect(shownOf(from(messages).pipe(filterData(keep)))).toStrictEqual(["b"]);
    expect(messages.map(({ settled }) => settled.map(tellOutcome))).toStrictEqual([["Retry in 400 ms"], []]);
  });

  it("refuses what is no outcome, at once", () => {
    expect(() => filterData(() => true, { _tag: "Ack" } as typeof Ack)).toThrow(
      expect.objectContaining({ _tag: "InvalidConfig", option: "otherwise" }),
    );
  });

  it("passes over the lost lease of what it drops", () => {
    const message = testMessage("a");
    message.interrupt("lease lost");
    expect(shownOf(from([message]).pipe(filterData(() => false)))).toStrictEqual([]);
    expect(message.settled).toStrictEqual([]);
  });
});
