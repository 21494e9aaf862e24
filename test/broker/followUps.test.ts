/** Writes that commit with the ack of an event: once, or not at all; and whose failure it is where they are refused. */
import * as t from "io-ts";
import { of } from "rxjs";
import { queue, Reject } from "sluice";
import { broker, on, type Reaction } from "sluice/broker";
import { records } from "sluice/records";
import type { Store } from "sluice/store";
import { faultyStore } from "sluice/testing";
import { describe, expect, it } from "vitest";
import { mostStores } from "../stores/eachStore.js";
import { atOnce, collect, counts, dec, inc, isDelivered, logOn, tell, times } from "./scene.js";

const mailsOn = (store: Store) => queue(store, { name: "mails", codec: t.string });
const sumsOn = (store: Store) => records(store, { name: "sums", codec: t.type({ sum: t.number }) });

describe.each(mostStores())("the follow-ups of a reaction on %s", (_, open) => {
  const brokerOn = (store: Store, reactions: ReadonlyArray<Reaction<unknown, "default">>) => {
    const b = broker(store, { name: "b", reactions });
    const events = collect(b.events$);
    return { b, told: () => events.seen.filter(isDelivered).map(tell), events };
  };

  it("commit once, also where the reply to the ack is lost", async () => {
    const inner = open();
    const { store, faults } = faultyStore(inner);
    const sums = sumsOn(store);
    const count = on(counts, "Inc")
      .do(() => sums.get("all"), { name: "count" })
      .followUp((was, { event }) => {
        faults.dropReply();
        return [sums.update("all", { sum: (was?.value.sum ?? 0) + event.by }, was?.revision)];
      })
      .to("all");
    const { b, told } = brokerOn(store, [count]);
    await logOn(inner).append("a/1", [inc(1), inc(2), inc(3)]);
    await expect
      .poll(
        () =>
          b.runUntilIdle().then(
            () => told().length,
            () => 0,
          ),
        { timeout: 8_000 },
      )
      .toBe(3);
    expect(await sumsOn(inner).get("all")).toMatchObject({ value: { sum: 6 } });
  });

  it("of each reaction at one target commit together", async () => {
    const store = open();
    const mails = mailsOn(store);
    const mail = (name: string) =>
      on(counts, "Inc")
        .do(async ({ event }) => `${name} ${event.by}`, { name })
        .followUp((text) => [mails.enqueue(text)]);
    const { b } = brokerOn(store, [mail("one"), on(counts, "Inc").do(async () => 1, { name: "none" }), mail("two")]);
    await logOn(store).append("a/1", [inc(1), inc(2)]);
    expect(await b.runUntilIdle()).toMatchObject({ acked: 2 });
    const sent = await mails.peek();
    expect(sent.map(({ json }) => json)).toEqual(["one 1", "two 1", "one 2", "two 2"]);
  });

  it("of the others are not written where one reaction fails", async () => {
    const store = open();
    const mails = mailsOn(store);
    const mail = on(counts, "Inc")
      .do(async () => "mail", { name: "mail" })
      .followUp((text) => [mails.enqueue(text)]);
    const fails = on(counts, "Inc").do(async () => Promise.reject(new Error("no")), {
      name: "fails",
      attemptsMax: 3,
      backoff: atOnce,
    });
    const { b, told } = brokerOn(store, [mail, fails]);
    await logOn(store).append("a/1", [inc(1)]);
    await b.runUntilIdle();
    expect(told()).toEqual(["Retrying a/1@1 (1)", "Retrying a/1@1 (2)", "Blocked a/1@1 (3)"]);
    expect(await mails.stats()).toMatchObject({ enqueued: 0 });
  });

  it("that meet a conflict are tried again at once, ten times, and then that counts as a failure", async () => {
    const store = open();
    const sums = sumsOn(store);
    await sums.put("all", { sum: 0 });
    const runs: Array<number> = [];
    let conflicts = 10;
    const count = on(counts, "Inc")
      .do(
        async ({ event }, { attempt }) => {
          runs.push(attempt);
          return event.by;
        },
        { name: "count", attemptsMax: 2, backoff: atOnce },
      )
      .followUp((by) => {
        const isConflict = conflicts > 0;
        conflicts -= 1;
        return [isConflict ? sums.insert("all", { sum: by }) : sums.put("all", { sum: by })];
      });
    const { b, told, events } = brokerOn(store, [count]);
    await logOn(store).append("a/1", [inc(5)]);
    expect(await b.runUntilIdle()).toMatchObject({ fetched: 1, delivered: 1, acked: 1, blocked: 0 });
    expect(runs).toEqual(Array(11).fill(1));
    expect(await sums.get("all")).toMatchObject({ value: { sum: 5 } });
    // One more is one too many; and after an attempt it has ten more.
    runs.length = 0;
    conflicts = 11;
    await logOn(store).append("a/1", [inc(6)]);
    await b.runUntilIdle();
    expect(runs).toEqual([...times(11, 1), 2]);
    runs.length = 0;
    conflicts = 1_000;
    await logOn(store).append("a/1", [inc(7)]);
    expect(await b.runUntilIdle()).toMatchObject({ blocked: 1 });
    expect(runs).toEqual([...times(11, 1), ...times(11, 2)]);
    expect(told().slice(1)).toEqual([
      ...["Retrying a/1@2 (1)", "Acked a/1@2 (2)"],
      ...["Retrying a/1@3 (1)", "Blocked a/1@3 (2)"],
    ]);
    expect(events.seen.filter(isDelivered).at(-1)).toMatchObject({ cause: { _tag: "RecordConflict" } });
  });

  const broken: ReadonlyArray<readonly [string, (store: Store) => ReadonlyArray<never>, string]> = [
    [
      "throw",
      () => {
        throw new Error("no writes");
      },
      "no writes",
    ],
    ["are refused by a codec", (store) => [mailsOn(store).enqueue(5 as never)] as never, "EncodeRefused"],
    ["are no list", (store) => mailsOn(store).enqueue("one") as never, "array of Writes"],
    ["are no Writes", () => [of(1)] as never, "takes an array of writes"],
    ["are nothing", () => undefined as never, "array of Writes"],
  ];
  it.each(broken)(
    "that %s are a failure of their reaction: by its attempts, with its cause",
    async (_what, next, sentence) => {
      const store = open();
      const first = on(counts, "Inc")
        .do(async () => 1, { name: "first", attemptsMax: 2, backoff: atOnce })
        .followUp(() => next(store));
      const behind = on(counts, "Inc")
        .do(async () => 2, { name: "behind", attemptsMax: 9, backoff: { initialMs: 3_600_000 }, blockOnError: false })
        .followUp(() => [mailsOn(store).enqueue("fine")]);
      const { b, told } = brokerOn(store, [first, behind]);
      await logOn(store).append("a/1", [inc(1), dec(2)]);
      await b.runUntilIdle();
      expect(told()).toEqual(["Retrying a/1@1 (1)", "Blocked a/1@1 (2)"]);
      const [{ cause } = { cause: "" }] = (await b.blockedStreams()).items;
      expect(cause).toContain(sentence);
      expect(cause).not.toContain("acknowledged progress");
      expect(await mailsOn(store).stats()).toMatchObject({ enqueued: 0 });
    },
  );

  /** As lenient as can be: by its options the event would wait for an hour, again and again, and then be passed over. */
  const lenient = { attemptsMax: 9, backoff: { initialMs: 3_600_000 }, blockOnError: false } as const;
  const strict = { attemptsMax: 2, backoff: atOnce } as const;
  const orders: ReadonlyArray<readonly [string, (one: Reaction, other: Reaction) => ReadonlyArray<never>]> = [
    ["before", (one, other) => [one, other] as never],
    ["behind", (one, other) => [other, one] as never],
  ];

  it.each(orders)(
    "that the store refuses are a failure of the reaction that asked for them, also where others stand %s it",
    async (_where, ordered) => {
      const store = open();
      const sums = sumsOn(store);
      await sums.put("taken", { sum: 0 });
      const refused = on(counts, "Inc")
        .do(async () => 1, { name: "refused", ...strict })
        .followUp(() => [sums.insert("taken", { sum: 1 })]);
      const fine = on(counts, "Inc")
        .do(async () => 2, { name: "fine", ...lenient })
        .followUp(() => [sums.put("fine", { sum: 1 })]);
      const { b, told } = brokerOn(store, ordered(refused, fine));
      await logOn(store).append("a/1", [inc(1)]);
      await b.runUntilIdle();
      expect(told()).toEqual(["Retrying a/1@1 (1)", "Blocked a/1@1 (2)"]);
      expect(await sums.get("fine")).toBeUndefined();
    },
  );

  it.each(orders)(
    "that the store refuses are none of a reaction that asked for others, though it is stricter, and stands %s it",
    async (_where, ordered) => {
      const store = open();
      const closed = logOn(store);
      await closed.append("closed", [inc(0)]);
      await closed.close("closed");
      const refused = on(counts, "Dec")
        .do(async () => 1, { name: "refused", ...lenient, attemptsMax: 1 })
        .followUp(() => [closed.append("closed", [inc(1)])]);
      const fine = on(counts, "Dec")
        .do(async () => 2, { name: "fine", ...strict })
        .followUp(() => [closed.append("open", [inc(1)])]);
      const { b, told } = brokerOn(store, ordered(refused, fine));
      await logOn(store).append("a/1", [dec(1)]);
      await b.runUntilIdle();
      expect(told()).toEqual(["Skipped a/1@1 (1)"]);
    },
  );

  it.each(orders)(
    "that are too many together, or contradict each other, are a failure of the strictest, which stands %s the other",
    async (_where, ordered) => {
      const store = open();
      const mails = mailsOn(store);
      const sums = sumsOn(store);
      const next =
        (name: string) =>
        (_result: number, { event }: { readonly event: { readonly by: number } }) =>
          event.by === 1 ? Array.from({ length: 600 }, () => mails.enqueue(name)) : [sums.put("one", { sum: 1 })];
      const one = on(counts, "Inc")
        .do(async () => 1, { name: "one", ...strict })
        .followUp(next("one"));
      const other = on(counts, "Inc")
        .do(async () => 2, { name: "other", ...lenient })
        .followUp(next("other"));
      const { b, told } = brokerOn(store, ordered(one, other));
      await logOn(store).append("a/1", [inc(1)]);
      await logOn(store).append("a/2", [inc(2)]);
      await b.runUntilIdle();
      expect(told().sort()).toEqual([1, 2].flatMap((i) => [`Blocked a/${i}@1 (2)`, `Retrying a/${i}@1 (1)`]).sort());
    },
  );

  it("of another store are a failure, and the event is not lost", async () => {
    const store = open();
    const [, openOther] = mostStores()[0]!;
    const elsewhere = mailsOn(openOther());
    const reaction = on(counts, "Inc")
      .do(async () => 1, { name: "elsewhere", attemptsMax: 2, backoff: atOnce })
      .followUp(() => [elsewhere.enqueue("x")]);
    const { b, told } = brokerOn(store, [reaction]);
    await logOn(store).append("a/1", [inc(1)]);
    await b.runUntilIdle();
    expect(told()).toEqual(["Retrying a/1@1 (1)", "Blocked a/1@1 (2)"]);
    expect((await b.blockedStreams()).items[0]?.cause).toContain("InvalidConfig");
    expect(await elsewhere.stats()).toMatchObject({ enqueued: 0 });
  });

  it("are not asked for where the handler answered an outcome that does not ack", async () => {
    const store = open();
    const asked: Array<unknown> = [];
    const reaction = on(counts, "Inc")
      .do(async () => Reject({ cause: "passed" }), { name: "rejects" })
      .followUp((result) => {
        asked.push(result);
        return [];
      });
    const { b, told } = brokerOn(store, [reaction]);
    await logOn(store).append("a/1", [inc(1)]);
    await b.runUntilIdle();
    expect([told(), asked]).toEqual([["Skipped a/1@1 (1)"], []]);
  });
});
