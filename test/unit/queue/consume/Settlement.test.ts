import { isLeft, isRight } from "fp-ts/lib/Either.js";
import { describe, expect, it } from "vitest";
import { batchOf, type NonEmpty } from "../../../../src/core/Batch.js";
import { delivery, type Message } from "../../../../src/core/Message.js";
import { Ack, Block, type Outcome, Reject, Release, Retry } from "../../../../src/core/Outcome.js";
import { defect, storeUnavailable } from "../../../../src/core/SluiceError.js";
import { atomically } from "../../../../src/core/Write.js";
import { delivered, errorOf, eventsOf, now, type One, scene, settled, steal, takeInHand, watch } from "../scene.js";
import { Breaker, delayed, Spy } from "../views.js";

const lost = { _tag: "LeaseLost" };

describe("settling a message", () => {
  it("does nothing before somebody subscribes", () => {
    const spy = new Spy();
    const s = delivered(spy.view);
    expect(s.message.ack).toBe(s.message.ack);
    s.message.settle(Retry({ cause: "x" }));
    s.clock.advance(1_000);
    expect(spy.writes).toEqual([]);
  });

  it("by ack deletes it, and emits Ack", () => {
    const s = delivered();
    expect(settled(s, s.message.ack)).toMatchObject({ values: [Ack], completed: 1 });
    expect(s.stats()).toMatchObject({ acked: 1, leased: 0 });
  });

  it("by Retry delivers it again at once, in front, and counts", () => {
    const s = delivered(undefined, { count: 2 });
    settled(s, s.messages[0]!.settle(Retry({ cause: "again" })));
    expect(s.messages.map(({ data, attempt }) => [data, attempt])).toEqual([
      [0, 1],
      [1, 1],
      [0, 2],
    ]);
  });

  it("by Retry with a delay delivers it again when it is due", () => {
    const s = delivered();
    settled(s, s.message.settle(Retry({ cause: "later", delayMs: 500 })));
    s.clock.advance(499);
    expect(s.messages).toHaveLength(1);
    s.clock.advance(1);
    expect(s.messages.map(({ attempt }) => attempt)).toEqual([1, 2]);
  });

  it("by Release delivers it again, uncounted", () => {
    const s = delivered();
    settled(s, s.message.settle(Release({ reason: "breaker" })));
    expect(s.messages.map(({ attempt }) => attempt)).toEqual([1, 1]);
  });

  it("by Reject keeps it among the dead letters, with its cause as one line", () => {
    const s = delivered();
    settled(s, s.message.settle(Reject({ cause: new Error("card\ndeclined") })));
    expect(now(s.queue.deadLetters()).items).toMatchObject([
      { id: s.message.id, cause: "Error: card declined", failures: 1, history: [{ cause: "Error: card declined" }] },
    ]);
  });

  it("by Block keeps it in its place, with its cause", () => {
    const s = delivered();
    settled(s, s.message.settle(Block({ cause: { _tag: "Declined" }, scope: "key" })));
    expect(now(s.queue.blocked()).items).toMatchObject([{ id: s.message.id, cause: "Declined", scope: "key" }]);
  });

  it("emits what the store performed: a Retry out of attempts is a Reject, also when it is asked again", () => {
    const s = delivered(undefined, { attemptsMax: 1 });
    const outcome = Retry({ cause: "once" });
    expect(settled(s, s.message.settle(outcome)).values).toMatchObject([{ _tag: "Reject", cause: "once" }]);
    expect(settled(s, s.message.settle(outcome)).values).toMatchObject([{ _tag: "Reject" }]);
    expect(s.stats()).toMatchObject({ dead: 1 });
  });

  it.each([Number.NaN, -1, Number.POSITIVE_INFINITY, "5" as unknown as number])(
    "refuses a Retry after %s ms and leaves the message as it was",
    (delayMs) => {
      const s = delivered();
      expect(errorOf(s.message.settle(Retry({ cause: "x", delayMs })))).toMatchObject({
        _tag: "InvalidConfig",
        option: "delayMs",
      });
      expect(settled(s, s.message.ack).values).toEqual([Ack]);
    },
  );

  it("takes a Retry after 0 ms", () => {
    const s = delivered();
    expect(settled(s, s.message.settle(Retry({ cause: "x", delayMs: 0 }))).values).toMatchObject([{ _tag: "Retry" }]);
    expect(s.messages).toHaveLength(2);
  });
});

describe("the first settlement of a message", () => {
  it("stands: the same again succeeds and does nothing", () => {
    const spy = new Spy();
    const s = delivered(spy.view);
    settled(s, s.message.ack);
    expect(settled(s, s.message.ack).values).toEqual([Ack]);
    expect(settled(s, s.message.settle(Ack)).values).toEqual([Ack]);
    expect(spy.writes).toHaveLength(1);
  });

  it.each<Outcome>([
    Retry({ cause: "x" }),
    Reject({ cause: "x" }),
    Release({ reason: "x" }),
    Block({ cause: "x", scope: "key" }),
  ])("stands: $_tag after an Ack is AlreadySettled and changes nothing", (other) => {
    const s = delivered();
    settled(s, s.message.ack);
    expect(errorOf(s.message.settle(other))).toMatchObject({
      _tag: "AlreadySettled",
      id: s.message.id,
      outcome: { _tag: "Ack" },
    });
    expect(s.stats()).toMatchObject({ acked: 1, ready: 0, dead: 0, blocked: 0 });
  });

  it("names what the store performed to who comes with another", () => {
    const s = delivered(undefined, { attemptsMax: 1 });
    settled(s, s.message.settle(Retry({ cause: "x" })));
    expect(errorOf(s.message.ack)).toMatchObject({ _tag: "AlreadySettled", outcome: { _tag: "Reject" } });
  });

  it("stands from its subscription on, before the store has answered", () => {
    const s = delivered(delayed(["write"], 20));
    const first = watch(s.message.ack);
    expect(errorOf(s.message.settle(Reject({ cause: "x" })))).toMatchObject({ _tag: "AlreadySettled" });
    const same = watch(s.message.settle(Ack));
    s.clock.settle();
    expect([first.values, same.values]).toEqual([[], []]);
    s.clock.advance(20);
    expect([first.values, same.values]).toEqual([[Ack], [Ack]]);
    expect(s.stats()).toMatchObject({ acked: 1, dead: 0 });
  });

  it("shares its answer with all who ask for the same meanwhile", () => {
    const spy = new Spy();
    const s = delivered((store, clock) => spy.view(delayed(["write"], 20)(store, clock)));
    const asked = [watch(s.message.ack), watch(s.message.ack), watch(s.message.settle(Ack))];
    const ended: Array<Outcome> = [];
    s.message[delivery].settleWith(Ack, [], (_, outcome) => ended.push(outcome));
    s.clock.advance(20);
    expect(asked.map(({ values }) => values)).toEqual([[Ack], [Ack], [Ack]]);
    expect(ended).toEqual([Ack]);
    expect(spy.settles()).toHaveLength(1);
    expect(spy.writes).toHaveLength(1);
  });

  it("fails with LeaseLost where the message went elsewhere, changes nothing, and tells the holder", () => {
    const s = delivered();
    const held = takeInHand(s.message);
    steal(s, s.message);
    expect(settled(s, s.message.ack).errors).toMatchObject([{ ...lost, id: s.message.id }]);
    expect(held.reasons).toEqual(["lease lost"]);
    expect(eventsOf(s.events, "Lost")).toMatchObject([{ id: s.message.id }]);
    expect(s.stats()).toMatchObject({ acked: 0, leased: 1 });
    expect(s.messages.map(({ attempt }) => attempt)).toEqual([1, 2]);
    expect(errorOf(s.message.ack)).toMatchObject(lost);
  });

  it("may be made anew, with another outcome, where a Defect showed that it was not done", () => {
    const breaker = new Breaker();
    const s = delivered(breaker.view);
    breaker.break("write", () => defect("broken"));
    expect(settled(s, s.message.ack).errors).toMatchObject([{ _tag: "Defect" }]);
    breaker.heal();
    expect(settled(s, s.message.settle(Reject({ cause: "x" }))).values).toMatchObject([{ _tag: "Reject" }]);
    expect(s.stats()).toMatchObject({ dead: 1 });
  });
});

describe("a received message whose settlement was not answered", () => {
  const received = (breaker: Breaker): One => {
    const s = scene({}, breaker.view);
    s.fill(2);
    const messages = now(s.queue.receive({ max: 2 }));
    return { ...s, message: messages[0]!, messages };
  };

  it("may be acked again: the resend succeeds once, by the same Write", () => {
    const breaker = new Breaker();
    const s = received(breaker);
    breaker.losesReplies = true;
    breaker.break("write", () => storeUnavailable("reply lost"));
    expect(settled(s, s.message.ack).errors).toMatchObject([{ _tag: "StoreUnavailable" }]);
    breaker.heal();
    expect(settled(s, s.message.ack).values).toEqual([Ack]);
    expect(s.stats()).toMatchObject({ acked: 1, leased: 1 });
  });

  it("may be acked again by another Write of the same outcome", () => {
    const breaker = new Breaker();
    const s = received(breaker);
    breaker.losesReplies = true;
    breaker.break("write", () => storeUnavailable("reply lost"));
    for (const message of s.messages) watch(message.settle(Ack));
    s.clock.settle();
    breaker.heal();
    const again = s.messages.map((message) => watch(message.settle(Ack)));
    s.clock.settle();
    expect(again.map(({ values, errors }) => [values, errors])).toEqual([
      [[Ack], []],
      [[Ack], []],
    ]);
    expect(s.stats()).toMatchObject({ acked: 2, leased: 0 });
  });

  it("may be acked again where the write never arrived", () => {
    const breaker = new Breaker();
    const s = received(breaker);
    breaker.break("write", () => storeUnavailable("request lost"));
    settled(s, s.message.ack);
    breaker.heal();
    expect(settled(s, s.message.ack).values).toEqual([Ack]);
    expect(s.stats()).toMatchObject({ acked: 1, leased: 1 });
  });

  it("keeps its first outcome: another is AlreadySettled, since the first may have happened", () => {
    const breaker = new Breaker();
    const s = received(breaker);
    breaker.break("write", () => storeUnavailable("lost"));
    settled(s, s.message.ack);
    breaker.heal();
    expect(errorOf(s.message.settle(Reject({ cause: "x" })))).toMatchObject({ _tag: "AlreadySettled" });
  });

  it("is settled once where another Write of the same outcome has succeeded before the first is repeated", () => {
    const breaker = new Breaker();
    const spy = new Spy();
    const s = scene({ exclusive: true }, (store) => spy.view(breaker.view(store)));
    s.fill(3);
    const [first, second] = now(s.queue.receive({ max: 2 }));
    breaker.break("write", () => storeUnavailable("request lost"));
    const one = first!.settle(Ack);
    expect(settled(s, one).errors).toHaveLength(1);
    breaker.heal();
    expect(settled(s, first!.settle(Ack)).values).toEqual([Ack]);
    const writes = spy.writes.length;
    expect(settled(s, one).values).toEqual([Ack]);
    expect(spy.writes).toHaveLength(writes);
    expect(eventsOf(s.events, "Settled", "Lost")).toHaveLength(1);
    expect(now(s.queue.receive({ max: 1 }))).toEqual([]);
    settled(s, second!.ack);
    expect(now(s.queue.receive({ max: 1 }))).toHaveLength(1);
  });

  it("stays settled where its lost join is repeated; the rest is done then", () => {
    const breaker = new Breaker();
    const s = received(breaker);
    const both = atomically([s.message.ack, s.queue.enqueue(7)]);
    breaker.break("write", () => storeUnavailable("request lost"));
    expect(settled(s, both).errors).toHaveLength(1);
    breaker.heal();
    settled(s, s.message.settle(Ack));
    expect(settled(s, both).values).toMatchObject([[Ack, { duplicate: false }]]);
    expect(eventsOf(s.events, "Settled", "Lost")).toHaveLength(1);
    expect(errorOf(s.message.settle(Reject({ cause: "x" })))).toMatchObject({ _tag: "AlreadySettled" });
    expect(s.stats()).toMatchObject({ acked: 1, enqueued: 3 });
  });

  it("is told of the join that did happen, though an ack alone was answered LeaseLost meanwhile", () => {
    const breaker = new Breaker();
    const s = received(breaker);
    const both = atomically([s.message.settle(Ack), s.queue.enqueue(7)]);
    breaker.losesReplies = true;
    breaker.break("write", () => storeUnavailable("reply lost"));
    expect(settled(s, both).errors).toHaveLength(1);
    breaker.heal();
    expect(settled(s, s.message.ack).errors).toMatchObject([lost]);
    expect(settled(s, both).values).toMatchObject([[Ack, { duplicate: false }]]);
    expect(errorOf(s.message.ack)).toMatchObject(lost);
    expect(eventsOf(s.events, "Settled", "Lost")).toMatchObject([{ _tag: "Lost" }]);
    expect(s.stats()).toMatchObject({ acked: 1, enqueued: 3 });
  });

  it("stays lost where another settlement has found that its lease is gone", () => {
    const breaker = new Breaker();
    const s = received(breaker);
    const one = s.message.settle(Ack);
    breaker.break("write", () => storeUnavailable("request lost"));
    settled(s, one);
    breaker.heal();
    steal(s, s.message);
    expect(settled(s, s.message.settle(Ack)).errors).toMatchObject([lost]);
    expect(settled(s, one).errors).toMatchObject([lost]);
    expect(eventsOf(s.events, "Settled", "Lost")).toMatchObject([{ _tag: "Lost" }]);
    expect(errorOf(s.message.extend(1_000))).toMatchObject(lost);
  });

  it("may be settled anew from within its own failure", () => {
    const breaker = new Breaker();
    const s = received(breaker);
    breaker.break("write", () => storeUnavailable("request lost"));
    watch(s.message.settle(Ack));
    const again: Array<unknown> = [];
    s.message.settle(Ack).subscribe({
      error: () => {
        breaker.heal();
        s.message.settle(Ack).subscribe((outcome) => again.push(outcome));
      },
    });
    s.clock.settle();
    expect(again).toEqual([Ack]);
    expect(eventsOf(s.events, "Settled", "Lost")).toMatchObject([{ _tag: "Settled" }]);
  });

  it("and was joined with an enqueue: the resend does both once", () => {
    const breaker = new Breaker();
    const s = received(breaker);
    const both = atomically([s.message.ack, s.queue.enqueue(7)]);
    breaker.losesReplies = true;
    breaker.break("write", () => storeUnavailable("reply lost"));
    expect(settled(s, both).errors).toHaveLength(1);
    breaker.heal();
    expect(settled(s, both).values).toMatchObject([[Ack, { duplicate: false }]]);
    expect(s.stats()).toMatchObject({ acked: 1, ready: 1, enqueued: 3 });
  });
});

describe("a settlement joined with other writes", () => {
  it("happens together with them", () => {
    const s = delivered();
    expect(settled(s, atomically([s.message.ack, s.queue.enqueue(7), s.queue.enqueue(8)])).values).toHaveLength(1);
    expect(s.stats()).toMatchObject({ acked: 1, enqueued: 3 });
  });

  it("happens not at all where the lease is lost", () => {
    const s = delivered();
    steal(s, s.message);
    expect(settled(s, atomically([s.message.ack, s.queue.enqueue(7)])).errors).toMatchObject([lost]);
    expect(s.stats()).toMatchObject({ acked: 0, enqueued: 1 });
  });

  it("decides nothing where a part is refused before anything is sent: another outcome may follow", () => {
    const s = delivered();
    const joined = atomically([s.message.ack, s.queue.enqueue(Number.NaN)]);
    expect(settled(s, joined).errors).toMatchObject([{ _tag: "EncodeRefused" }]);
    expect(s.stats()).toMatchObject({ acked: 0, leased: 1, enqueued: 1 });
    expect(settled(s, s.message.settle(Reject({ cause: "x" }))).values).toMatchObject([{ _tag: "Reject" }]);
    expect(s.stats()).toMatchObject({ acked: 0, dead: 1 });
  });

  it("leaves every message open where one of several is lost", () => {
    const s = delivered(undefined, { count: 2 });
    const [first, second] = s.messages;
    steal(s, first!);
    expect(settled(s, atomically([first!.ack, second!.ack])).errors).toMatchObject([{ ...lost, id: first!.id }]);
    expect(settled(s, second!.ack).values).toEqual([Ack]);
    expect(s.stats()).toMatchObject({ acked: 1 });
  });

  it("is made by settleWith in one list", () => {
    const spy = new Spy();
    const s = delivered(spy.view);
    const ends: Array<unknown> = [];
    s.message[delivery].settleWith(Ack, [s.queue.enqueue(7)], (error, outcome) => ends.push([error, outcome]));
    s.clock.settle();
    expect(ends).toEqual([[undefined, Ack]]);
    expect(spy.writes.map(({ lists }) => lists.map((steps) => steps.map(({ _tag }) => _tag)))).toEqual([
      [["Settle", "Enqueue"]],
    ]);
  });
});

describe("a message that several parts of a join settle", () => {
  it("is settled by one step, whose answer each part has", () => {
    const spy = new Spy();
    const s = delivered(spy.view);
    expect(settled(s, atomically([s.message.ack, s.message.ack, s.message.settle(Ack)])).values).toEqual([
      [Ack, Ack, Ack],
    ]);
    expect(spy.settles()).toHaveLength(1);
    expect(eventsOf(s.events, "Settled", "Lost")).toMatchObject([{ _tag: "Settled", outcome: Ack }]);
    expect(s.stats()).toMatchObject({ acked: 1, leased: 0 });
  });

  it("is settled once through joins of joins and through follow-ups", () => {
    const spy = new Spy();
    const s = delivered(spy.view, { count: 2 });
    const [first, second] = s.messages;
    const inner = atomically([s.queue.enqueue(7), first!.ack]);
    expect(settled(s, atomically([first!.settle(Ack), inner, second!.ack])).values).toMatchObject([
      [Ack, [{ duplicate: false }, Ack], Ack],
    ]);
    expect(spy.settles().map(({ _tag }) => _tag)).toEqual(["Settle", "Enqueue", "Settle"]);
    expect(s.stats()).toMatchObject({ acked: 2, enqueued: 3 });
    const third = s.messages[2]!;
    const ends: Array<unknown> = [];
    third[delivery].settleWith(Ack, [third.ack, s.queue.enqueue(8)], (error, outcome) => ends.push([error, outcome]));
    s.clock.settle();
    expect(ends).toEqual([[undefined, Ack]]);
    expect(s.stats()).toMatchObject({ acked: 3, enqueued: 4 });
  });

  it("is settled not at all where they settle it otherwise, and nothing is sent", () => {
    const spy = new Spy();
    const s = delivered(spy.view);
    const joined = atomically([s.message.ack, s.queue.enqueue(7), s.message.settle(Retry({ cause: "x" }))]);
    expect(errorOf(joined)).toMatchObject({ _tag: "AlreadySettled", id: s.message.id, outcome: Ack });
    s.clock.settle();
    expect(spy.writes).toEqual([]);
    expect(settled(s, s.message.settle(Reject({ cause: "x" }))).values).toMatchObject([{ _tag: "Reject" }]);
    expect(s.stats()).toMatchObject({ dead: 1, enqueued: 1 });
  });

  it("keeps the consumer going: no credit is lost", () => {
    const s = scene();
    s.fill(20);
    const acked: Array<unknown> = [];
    s.queue
      .messages({ prefetch: 2 })
      .subscribe((m) => atomically([m.ack, m.ack]).subscribe((values) => acked.push(values)));
    s.clock.settle();
    expect(acked).toHaveLength(20);
    expect(s.stats()).toMatchObject({ acked: 20, leased: 0 });
  });
});

describe("a join with a message that has been settled before", () => {
  it("does the rest all the same, each time that it is made: the ack has nothing left to do", () => {
    const s = delivered();
    settled(s, s.message.ack);
    const again = (): unknown => settled(s, atomically([s.message.ack, s.queue.enqueue(7)])).values;
    expect(again()).toMatchObject([[Ack, { duplicate: false }]]);
    expect(again()).toMatchObject([[Ack, { duplicate: false }]]);
    expect(s.stats()).toMatchObject({ acked: 1, enqueued: 3 });
  });

  it("doubles nothing where the same Write is subscribed to again, or its enqueue has a dedupe id", () => {
    const s = delivered();
    const join = () => atomically([s.message.ack, s.queue.enqueue(7, { dedupe: { id: "shipment of 0" } })]);
    const one = join();
    const [first] = settled(s, one).values;
    expect(settled(s, one).values).toEqual([first]);
    expect(settled(s, join()).values).toEqual([[Ack, { ...first?.[1], duplicate: true }]]);
    expect(s.stats()).toMatchObject({ acked: 1, enqueued: 2 });
  });

  it("is refused where it was settled otherwise", () => {
    const s = delivered();
    settled(s, s.message.settle(Reject({ cause: "x" })));
    expect(errorOf(atomically([s.message.ack, s.queue.enqueue(7)]))).toMatchObject({ _tag: "AlreadySettled" });
    expect(s.stats()).toMatchObject({ dead: 1, enqueued: 1 });
  });
});

describe("a join with a message that another write is settling", () => {
  it.each([
    ["first", (ack: () => Parameters<typeof atomically>[0]) => ack()],
    ["last", (ack: () => Parameters<typeof atomically>[0]) => [...ack()].reverse()],
  ])("happens not at all where that is lost, also where that part comes %s", (_, order) => {
    const s = delivered(delayed(["write"], 20), { count: 2 });
    const [going, other] = s.messages;
    steal(s, going!);
    const first = watch(going!.ack);
    const joined = watch(atomically(order(() => [going!.ack, other!.ack, s.queue.enqueue(7)])));
    s.clock.advance(40);
    expect(first.errors).toMatchObject([{ ...lost, id: going!.id }]);
    expect(joined.errors).toMatchObject([{ ...lost, id: going!.id }]);
    expect(s.stats()).toMatchObject({ acked: 0, enqueued: 2 });
    const acked = watch(other!.ack);
    s.clock.advance(20);
    expect(acked.values).toEqual([Ack]);
  });

  it("acks it itself when it is repeated after that was not answered", () => {
    const breaker = new Breaker();
    const s = scene({}, breaker.view);
    s.fill(1);
    const [message] = now(s.queue.receive({ max: 1 }));
    breaker.break("write", () => storeUnavailable("request lost"));
    const alone = watch(message!.ack);
    const joined = atomically([message!.settle(Ack), s.queue.enqueue(7)]);
    const first = watch(joined);
    s.clock.settle();
    expect([alone, first].map(({ errors }) => errors)).toMatchObject([
      [{ _tag: "StoreUnavailable" }],
      [{ _tag: "StoreUnavailable" }],
    ]);
    breaker.heal();
    expect(settled(s, joined).values).toMatchObject([[Ack, { duplicate: false }]]);
    expect(s.stats()).toMatchObject({ acked: 1, enqueued: 2, leased: 0 });
  });
});

describe("what is no outcome", () => {
  it.each<[string, unknown]>([
    ["undefined", undefined],
    ["null", null],
    ["a text", "Ack"],
    ["an object that looks like one", { _tag: "Ack" }],
    ["a maker of outcomes", Retry],
  ])("settles nothing: %s", (_, look) => {
    const spy = new Spy();
    const s = delivered(spy.view);
    const refused = { _tag: "InvalidConfig", option: "outcome", message: expect.stringContaining("Outcome") as string };
    expect(errorOf(s.message.settle(look as Outcome))).toMatchObject(refused);
    expect(errorOf(atomically([s.queue.enqueue(7), s.message.settle(look as Outcome)]))).toMatchObject(refused);
    const batch = batchOf([s.message]);
    expect(settled(s, batch.settle(look as Outcome)).values).toMatchObject([[{ left: refused }]]);
    expect(spy.writes).toEqual([]);
    expect(settled(s, s.message.ack).values).toEqual([Ack]);
  });
});

describe("a batch", () => {
  const batchIn = (s: One): ReturnType<typeof batchOf<number>> =>
    batchOf(s.messages as unknown as NonEmpty<Message<number>>);

  it("aligns its data with its messages", () => {
    expect(batchIn(delivered(undefined, { count: 3 })).data).toEqual([0, 1, 2]);
  });

  it("is settled in one write, one list each, whatever settleSizeMax is", () => {
    const spy = new Spy();
    const s = delivered(spy.view, { count: 100 });
    const answers = settled(s, batchIn(s).ack).values[0]!;
    expect(answers.filter(isRight)).toHaveLength(100);
    expect(spy.writes.map(({ lists }) => lists.length)).toEqual([100]);
    expect(s.stats().acked).toBe(100);
  });

  it("answers per message: a lost one spoils only itself", () => {
    const s = delivered(undefined, { count: 3 });
    steal(s, s.messages[1]!);
    const answers = settled(s, batchIn(s).ack).values[0]!;
    expect(answers.map(isLeft)).toEqual([false, true, false]);
    expect(s.stats()).toMatchObject({ acked: 2 });
  });

  it("answers again what was settled before", () => {
    const s = delivered(undefined, { count: 2 });
    settled(s, s.messages[0]!.settle(Reject({ cause: "x" })));
    const answers = settled(s, batchIn(s).ack).values[0]!;
    expect(answers).toMatchObject([{ left: { _tag: "AlreadySettled" } }, { right: Ack }]);
    expect(settled(s, batchIn(s).ack).values[0]).toMatchObject(answers);
  });
});

describe("a message that was given back", () => {
  it("says so to whoever settles it afterwards, instead of advising a longer lease", () => {
    const s = scene();
    s.fill(1);
    const { values, subscription } = watch(s.queue.messages());
    s.clock.settle();
    subscription.unsubscribe();
    s.clock.settle();
    const [message] = values;
    for (const call of [message!.ack, message!.settle(Reject({ cause: "no" })), message!.extend(5_000)])
      expect(errorOf(call)).toMatchObject({
        _tag: "LeaseLost",
        reason: "given back",
        message: expect.stringMatching(/was given back when its consumer was unsubscribed/) as string,
      });
    expect(s.next(1)).toEqual([[0, 1]]);
  });

  it("differs from one whose lease is gone", () => {
    const s = delivered();
    steal(s, s.message);
    expect(errorOf(s.message.extend(5_000))).toMatchObject({
      reason: "gone",
      message: expect.stringMatching(/raise leaseMs/) as string,
    });
  });

  it("is asked for again where its settlement was not answered before: it may have happened", () => {
    const breaker = new Breaker();
    const spy = new Spy();
    const s = scene({}, (store) => spy.view(breaker.view(store)));
    s.fill(1);
    const { values, subscription } = watch(s.queue.messages());
    s.clock.settle();
    const [message] = values;
    breaker.losesReplies = true;
    breaker.break("write", () => storeUnavailable("reply lost"));
    const first = watch(message!.ack);
    subscription.unsubscribe();
    s.clock.settle();
    expect(first.errors).toMatchObject([{ _tag: "StoreUnavailable" }]);
    breaker.heal();
    expect(settled(s, message!.ack).values).toEqual([Ack]);
    expect(settled(s, message!.settle(Ack)).values).toEqual([Ack]);
    expect(errorOf(message!.settle(Reject({ cause: "no" })))).toMatchObject({ reason: "given back" });
    expect(s.stats()).toMatchObject({ acked: 1, leased: 0, ready: 0 });
    expect(
      new Set(spy.writes.filter(({ lists }) => lists[0]?.[0]?._tag === "Settle").map(({ writeId }) => writeId)).size,
    ).toBe(2);
  });
});
