/** What is refused when a reaction, a broker or a run is made: by the name of the option, and a sentence that says what to do. */
import { right } from "fp-ts/lib/Either.js";
import * as t from "io-ts";
import { firstValueFrom, throwError, toArray } from "rxjs";
import { type Broker, broker, Defer, on, type Reaction } from "sluice/broker";
import { eventType } from "sluice/log";
import { memoryStore } from "sluice/memory";
import { aggregate, policy, send } from "sluice/sourcing";
import { describe, expect, it } from "vitest";
import { atEnd } from "../support/atEnd.js";
import { counts, never } from "./scene.js";

type Refused = readonly [what: string, make: () => unknown, option: string, sentence: string];

/** As a program without types would hand it over. */
const bad = (value: unknown) => value as never;

const handler = async (): Promise<number> => 1;
const incs = on(counts, "Inc");
const withOptions = (options: object) => () => incs.do(handler, bad(options));

const expectRefused = (make: () => unknown, option: string, sentence: string): void => {
  let error: unknown;
  try {
    make();
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toMatchObject({ _tag: "InvalidConfig", option });
  expect((error as Error).message).toContain(sentence);
};

describe("a reaction refuses", () => {
  const cases: ReadonlyArray<Refused> = [
    ["no codec", () => on(bad(t.string), bad("Inc")), "codec", "codec"],
    ["no type", () => on(bad(counts), ...bad([])), "types", "one event type of the codec at least"],
    ["a foreign type", () => on(counts, bad("Paid")), "types", 'no event of the type "Paid"'],
    ["no handler", () => incs.do(bad(5)), "handler", "must be a function"],
    ["no options", () => incs.do(handler, bad(5)), "options", "must be an object"],
    ["an empty name", withOptions({ name: "" }), "name", "1 to 128 UTF-8 bytes"],
    ["a long name", withOptions({ name: "é".repeat(65) }), "name", "1 to 128 UTF-8 bytes"],
    ["the name __proto__", withOptions({ name: "__proto__" }), "name", "__proto__"],
    ["a name that is a number", withOptions({ name: 5 }), "name", "not 5"],
    ["0 attempts", withOptions({ attemptsMax: 0 }), "attemptsMax", "from 1 to 1000, not 0"],
    ["1,001 attempts", withOptions({ attemptsMax: 1_001 }), "attemptsMax", "from 1 to 1000"],
    ["half an attempt", withOptions({ attemptsMax: 1.5 }), "attemptsMax", "whole number"],
    ["a backoff that is a number", withOptions({ backoff: 5 }), "backoff", "must be an object"],
    ["a negative backoff", withOptions({ backoff: { initialMs: -1 } }), "initialMs", "not -1"],
    ["an unknown growth", withOptions({ backoff: { growth: "cubic" } }), "growth", "exponential, linear, none"],
    ["a factor of a linear growth", withOptions({ backoff: { growth: "linear", factor: 2 } }), "factor", "left out"],
    ["an unknown jitter", withOptions({ backoff: { jitter: "some" } }), "jitter", "none, full, equal, decorrelated"],
    ["a flag that is a text", withOptions({ blockOnError: "no" }), "blockOnError", "true or false"],
    ["a negative timeout", withOptions({ timeoutMs: -1 }), "timeoutMs", "not -1"],
    ["a timeout that is no number", withOptions({ timeoutMs: Number.NaN }), "timeoutMs", "not NaN"],
    ["a timeout of a year", withOptions({ timeoutMs: 366 * 86_400_000 }), "timeoutMs", "must be a number"],
    ["a start in the middle", withOptions({ from: "middle" }), "from", '"start", "end" or a position'],
    ["a lane that begins with a digit", withOptions({ lane: "1st" }), "lane", "must be a letter"],
    ["an empty lane", withOptions({ lane: "" }), "lane", "must be a letter"],
    ["a lane with a slash", withOptions({ lane: "a/b" }), "lane", '"a/b"'],
    ["a long lane", withOptions({ lane: "l".repeat(33) }), "lane", "up to 31"],
    ["priority 10", withOptions({ priority: 10 }), "priority", "from 0 to 9, not 10"],
    ["priority 1.5", withOptions({ priority: 1.5 }), "priority", "whole number"],
    ["an empty target", () => incs.do(handler).to(""), "target", "the name of a stream"],
    ["a target that is a number", () => incs.do(handler).to(bad(5)), "target", "the name of a stream"],
    ["a target that is too long", () => incs.do(handler).to("é".repeat(257)), "target", "512"],
    ["a follow-up that is no function", () => incs.do(handler).followUp(bad([])), "next", "must be a function"],
    ["to be deferred for no time", () => Defer({ forMs: Number.NaN }), "forMs", "not NaN"],
    ["to be deferred until no time", () => Defer({ until: new Date("x") }), "until", "valid Date"],
  ];
  it.each(cases)("%s", (_what, make, option, sentence) => expectRefused(make, option, sentence));
});

const longType = "T".repeat(500);
const longCodec = eventType(longType, t.type({ by: t.number }), {
  renamed: { ["U".repeat(500)]: longType, ["V".repeat(500)]: longType },
});
const longTypes = on(longCodec, longType);

describe("a broker refuses", () => {
  const one = incs.do(handler, { name: "one" });
  const slow = incs.do(handler, { name: "slow", lane: "slow" });
  const store = memoryStore();
  const make = (definition: object) => () => broker(store, bad({ name: "b", reactions: [one], ...definition }));
  const lane = (options: unknown) => make({ reactions: [one, slow], lanes: { slow: options } });
  const cases: ReadonlyArray<Refused> = [
    ["no definition", () => broker(store, bad(undefined)), "definition", "must be an object"],
    ["an empty name", make({ name: "" }), "name", "1 to 128 characters"],
    ["a name with a blank", make({ name: "a b" }), "name", "no braces, spaces"],
    ["a long name", make({ name: "b".repeat(65) }), "name", "64 characters at most"],
    ["no reactions", make({ reactions: [] }), "reactions", "one reaction at least"],
    ["reactions that are no list", make({ reactions: one }), "reactions", "one reaction at least"],
    ["what does nothing yet", make({ reactions: [incs] }), "reactions", "made by on(codec"],
    ["two reactions of one name", make({ reactions: [one, one] }), "reactions", 'Two reactions are called "one"'],
    ["a lane that is not defined", make({ reactions: [slow] }), "lanes", "which lanes does not define"],
    [
      "a lane that is called as the default",
      make({ lanes: { default: {} } }),
      "lanes",
      "whose options stand beside it",
    ],
    ["a lane of a wrong name", make({ lanes: { "a/b": {} } }), "lane", '"a/b"'],
    ["a lane without options", lane(5), "lanes.slow", "must be an object"],
    ["a lane of 0 at a time", lane({ concurrency: 0 }), "concurrency", "from 1 to 1000"],
    ["a lane with a short lease", lane({ leaseMs: 9 }), "leaseMs", "from 10"],
    ["a lane that holds nothing", lane({ pendingMax: 999 }), "pendingMax", "from 1000"],
    ["a short lease", make({ leaseMs: 9 }), "leaseMs", "from 10"],
    ["a small pendingMax", make({ pendingMax: 999 }), "pendingMax", "from 1000"],
    ["no sources", make({ sources: [] }), "sources", "1 to 6 stores"],
    ["seven sources", make({ sources: Array(7).fill(store) }), "sources", "1 to 6 stores"],
    [
      "a source twice",
      make({ sources: [store, memoryStore(), store] }),
      "sources",
      "the same store at the places 1 and 3",
    ],
    [
      "1,001 reactions",
      make({ reactions: Array.from({ length: 1_001 }, (_, i) => incs.do(handler, { name: `${i}` })) }),
      "reactions",
      "at most 1000 fit",
    ],
    [
      "names and types that are too long together",
      make({ reactions: Array.from({ length: 1_000 }, (_, i) => longTypes.do(handler, { name: `${i}` })) }),
      "reactions",
      "share them out among several brokers",
    ],
    ["a source that is no store", make({ sources: [{}] }), "sources", "1 to 6 stores"],
    ["sources that are no list", make({ sources: store }), "sources", "1 to 6 stores"],
    ["a strategy that is no function", make({ correlate: {} }), "correlate", "must be a function"],
    [
      "a fixed target in two lanes",
      make({
        reactions: [incs.do(handler, { name: "1" }).to("x"), incs.do(handler, { name: "2", lane: "l" }).to("x")],
        lanes: { l: {} },
      }),
      "lane",
      'Reactions to the target "x" stand in the lanes "default" and "l"',
    ],
  ];
  it.each(cases)("%s", (_what, makeIt, option, sentence) => expectRefused(makeIt, option, sentence));

  it("nothing that has a place in two lanes by a function", () => {
    const to = () => "x";
    const reactions = [incs.do(handler, { name: "1" }).to(to), incs.do(handler, { name: "2", lane: "l" }).to(to)];
    expect(broker(store, { name: "b", reactions, lanes: { l: {} } }).name).toBe("b");
  });
});

describe("a run refuses", () => {
  const slow = incs.do(handler, { name: "slow", lane: "slow" });
  const store = memoryStore();
  const b = broker(store, { name: "b", reactions: [slow], lanes: { slow: {} } });
  const run = (options: unknown) => () => b.run(bad(options));
  const cases: ReadonlyArray<Refused> = [
    ["no options", run(5), "options", "must be an object"],
    ["0 at a time", run({ concurrency: 0 }), "concurrency", "from 1 to 1000"],
    ["1,001 at a time", run({ concurrency: 1_001 }), "concurrency", "from 1 to 1000"],
    ["to stop before it is asked to", run({ stopMsMax: -1 }), "stopMsMax", "not -1"],
    ["no lanes", run({ lanes: [] }), "lanes", "leave it out for all"],
    ["lanes that are no list", run({ lanes: "slow" }), "lanes", "must be an array"],
    ["a lane that there is not", run({ lanes: ["fast"] }), "lanes", 'has no lane "fast"; it has "slow"'],
  ];
  it.each(cases)("%s", (_what, make, option, sentence) => expectRefused(make, option, sentence));

  it("a stop$ that fails, by an error of the run", async () => {
    atEnd(() => store.close());
    const stopped = b.run({ stop$: throwError(() => new Error("stop failed")) }).pipe(toArray());
    await expect(firstValueFrom(stopped)).rejects.toMatchObject({ _tag: "InvalidConfig", option: "stop$" });
  });
});

describe("what people do refuses", () => {
  const opened = (): Broker<unknown, "default"> => {
    const store = memoryStore();
    atEnd(() => store.close());
    return broker(store, { name: "b", reactions: [incs.do(handler)] });
  };
  const cases: ReadonlyArray<readonly [string, (b: Broker<unknown, "default">) => PromiseLike<unknown>, string]> = [
    ["the position of no target", (b) => b.position(""), "stream"],
    ["to free no name", (b) => b.unblock(bad(5)), "streams"],
    ["to free a name that is too long", (b) => b.skip("é".repeat(257)), "stream"],
    ["to free an empty name in a list", (b) => b.unblock(["a", ""]), "stream"],
    ["a prefix that is no text", (b) => b.skip(bad({ prefix: 5 })), "streams"],
    ["pages of 0", (b) => b.blockedStreams({ limit: 0 }), "limit"],
    ["pages of 1,001", (b) => b.blockedStreams({ limit: 1_001 }), "limit"],
    ["the cursor of something else", (b) => b.blockedStreams({ after: "no cursor" }), "after"],
    ["the cursor of another lane", (b) => b.blockedStreams({ after: "slow/" }), "after"],
  ];
  it.each(cases)("%s, by an error", async (_what, ask, option) => {
    await expect(ask(opened()).then((answer) => answer)).rejects.toMatchObject({ _tag: "InvalidConfig", option });
  });
});

describe("the name of a reaction", () => {
  it("is what is said, else that of the function, else the types of its events", () => {
    const both = on(counts, "Inc", "Dec");
    expect(both.do(handler, { name: "said" }).name).toBe("said");
    expect(both.do(handler).name).toBe("handler");
    expect(both.do(async () => 1).name).toBe("Inc, Dec");
    expect(both.do(never).to("x").name).toBe("never");
    expect(
      both
        .do(handler)
        .followUp(() => [])
        .void().name,
    ).toBe("handler");
  });

  it("is that of its events for a policy: all of them would else have the name of one function of the library", () => {
    const store = memoryStore();
    const tallies = aggregate(store, {
      category: "tally",
      codec: eventType("Tallied", t.type({ by: t.number })),
      decider: { initial: 0, decide: (by: number) => () => right([{ by }]), evolve: (sum, { by }) => sum + by },
    });
    const up = on(counts, "Inc").do(policy(({ event }) => [send(tallies, "1", event.by)]));
    const down = on(counts, "Dec").do(policy(({ event }) => [send(tallies, "1", -event.by)]));
    expect([up.name, down.name]).toEqual(["Inc", "Dec"]);
    expect(broker(store, { name: "b", reactions: [up, down] }).name).toBe("b");
    const again: Reaction = on(counts, "Inc").do(policy(() => []));
    expectRefused(() => broker(store, bad({ name: "b", reactions: [up, again] })), "reactions", 'called "Inc"');
  });
});
