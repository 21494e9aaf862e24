/** A memory store and a Postgres store by one clock, on which the same calls about logs and records must answer the same. */
import { isLeft } from "fp-ts/lib/Either.js";
import { asyncScheduler, type SchedulerLike } from "rxjs";
import { expect } from "vitest";
import type { EventId } from "../../../src/core/EventId.js";
import { newId } from "../../../src/core/newId.js";
import { type Position, positionFrom, tailOf } from "../../../src/core/Position.js";
import type { Revision } from "../../../src/core/Revision.js";
import type { AppendStep, StreamExpected } from "../../../src/core/steps/Append.js";
import type { RecordExpected } from "../../../src/core/steps/recordSteps.js";
import type { Step, WriteAnswer } from "../../../src/core/steps/Step.js";
import type { FeedPage, FeedRequest, StoredEvent } from "../../../src/port/LogPort.js";
import type { Store } from "../../../src/port/Store.js";
import { memoryStore } from "../../../src/stores/memory/memoryStore.js";
import { elseAt } from "../../../src/testing/conformance/log/reading.js";
import { appendStep, newEvent } from "../../../src/testing/conformance/log/steps.js";
import { checkStep, putStep, removeStep } from "../../../src/testing/conformance/records/steps.js";

const STREAMS = ["s", "s/1", "s/é", "t/1"];
const TYPES = ["x", "y", "é\n"];
const IDS = ["a", "b", "é", "A b", "\0"];
const INDEXES = ["all", "some", "é"];
const TEXTS = ["", "plain", "é\u001f\u0001", "\ud800"];

type Side = "memory" | "postgres";
type Head = { readonly version: number; readonly lastId: EventId | undefined };
type Lists = ReadonlyArray<ReadonlyArray<Step>>;

export class LogTwins {
  private nowMs = 1_760_000_000_000;
  private readonly scheduler: SchedulerLike = {
    now: () => this.nowMs,
    schedule: (work, delay, state) => asyncScheduler.schedule(work as never, delay, state),
  };
  private readonly stores: Readonly<Record<Side, Store>>;
  /** The id of the event at each position, and the positions of each event. */
  private readonly idAt: Readonly<Record<Side, Map<string, EventId>>> = { memory: new Map(), postgres: new Map() };
  private readonly events: Array<Readonly<Record<Side, Position>>> = [];
  private readonly revisions: Array<Revision> = [];
  /** What each stream and record is like once the steps made so far are done, if they are: most expectations are right. */
  private heads = new Map<string, Head>();
  private standing = new Map<string, Revision | undefined>();
  private readonly calls: Array<() => Promise<unknown>> = [];

  constructor(
    open: (nowMs: () => number) => Store,
    private readonly random: () => number,
  ) {
    this.stores = { memory: memoryStore({ scheduler: this.scheduler }), postgres: open(() => this.nowMs) };
  }

  async step(): Promise<string> {
    const kind = this.below(20);
    if (kind < 9) return await this.write();
    if (kind < 10) return await this.again();
    if (kind < 12) return await this.keep();
    if (kind < 13) {
      this.nowMs += this.pick([1, 30, 1_000]);
      return "clock";
    }
    return kind < 16 ? await this.readLog() : await this.readRecords();
  }

  async close(): Promise<void> {
    for (const store of Object.values(this.stores)) await store.close();
  }

  private below(limit: number): number {
    return Math.floor(this.random() * limit);
  }

  private pick<A>(values: ReadonlyArray<A>): A {
    return values[this.below(values.length)] as A;
  }

  private async both<A>(call: (store: Store, side: Side) => PromiseLike<A>, view: (answer: A, side: Side) => unknown) {
    const memory = view(await call(this.stores.memory, "memory"), "memory");
    expect(view(await call(this.stores.postgres, "postgres"), "postgres")).toEqual(memory);
  }

  /** Several writes at once, which the store may do in one call. */
  private async write(): Promise<string> {
    await this.lookAtAll();
    const kind = this.pick(["appends", "puts", "mixed", "mixed"] as const);
    const writes: Array<Lists> = [];
    for (let n = this.pick([1, 1, 2, 5]); n > 0; n--)
      writes.push(Array.from({ length: this.pick([1, 1, 2]) }, () => this.list(kind)));
    const expected = await Promise.all(
      writes.map(async (lists, n) => await this.stores.memory.write(lists, `${this.calls.length} ${n}`)),
    );
    const run = async (): Promise<ReadonlyArray<ReadonlyArray<WriteAnswer>>> =>
      await Promise.all(writes.map((lists, n) => this.stores.postgres.write(lists, `${id} ${n}`).then((a) => a)));
    const id = this.calls.length;
    const seen = await run();
    for (const [n, lists] of writes.entries())
      this.learn(lists, { memory: expected[n] ?? [], postgres: seen[n] ?? [] });
    const shown = (side: Side, answers: ReadonlyArray<ReadonlyArray<WriteAnswer>>) =>
      answers.map((each) => each.map((answer) => this.shownAnswer(side, answer)));
    expect(shown("postgres", seen)).toEqual(shown("memory", expected));
    this.calls.push(async () => expect(await run()).toEqual(seen));
    return JSON.stringify(writes);
  }

  private async lookAtAll(): Promise<void> {
    const { memory } = this.stores;
    for (const stream of STREAMS) {
      const page = await memory.readStream({ stream, after: 0, upTo: undefined, limit: 1, backwards: true });
      this.heads.set(stream, { version: page.version, lastId: page.events[0]?.id });
    }
    const found = await memory.getRecords(IDS.map((id) => ({ collection: "things", id })));
    this.standing = new Map(IDS.map((id, n) => [id, found[n]?.revision]));
  }

  private async again(): Promise<string> {
    await this.calls[this.below(this.calls.length)]?.();
    return "again";
  }

  /** A list of the kind for which the store has a function of its own, or of any steps. */
  private list(kind: "appends" | "puts" | "mixed"): ReadonlyArray<Step> {
    if (kind === "appends") {
      const append = { ...this.append(), closes: false };
      const events = append.events.length > 0 ? append : appendStep(append.stream, ["one"]);
      const record = putStep(this.pick(IDS), { ttlMs: this.pick([20, 60_000]), expected: { _tag: "Absent" } });
      if (this.below(2) === 0) return [events];
      this.standing.set(record.id, record.revision);
      return [record, events];
    }
    return Array.from({ length: this.pick([1, 1, 2, 4]) }, () => {
      const step = kind === "puts" ? 1 : this.below(5);
      if (step === 0) return this.append();
      if (step < 3) return this.put();
      const id = this.pick(IDS);
      const draft = { expected: this.recordExpected(id) };
      if (step === 4) return checkStep(id, draft);
      this.standing.set(id, undefined);
      return removeStep(id, draft);
    });
  }

  private append(): AppendStep {
    const events = Array.from({ length: this.pick([0, 1, 1, 3]) }, () =>
      newEvent(this.pick(TEXTS), { type: this.pick(TYPES), meta: this.pick(["", "m\u001e"]) }),
    );
    const stream = this.pick(STREAMS);
    const expected = this.streamExpected(stream);
    const { version = 0, lastId } = this.heads.get(stream) ?? {};
    this.heads.set(stream, { version: version + events.length, lastId: events.at(-1)?.id ?? lastId });
    return appendStep(stream, events, { expected, closes: this.below(15) === 0 });
  }

  private streamExpected(stream: string): StreamExpected {
    const { version = 0, lastId } = this.heads.get(stream) ?? {};
    const kind = this.below(12);
    if (kind < 4) return { _tag: "Any" };
    if (kind < 6) return { _tag: version === 0 ? "Absent" : "Present" };
    if (kind < 10) return { _tag: "At", version, lastId: kind < 8 ? lastId : undefined };
    if (kind < 11) return { _tag: this.pick(["Absent", "Present"] as const) };
    return {
      _tag: "At",
      version: this.pick([version, version + 1]),
      lastId: this.pick([...this.idAt.memory.values()]),
    };
  }

  private put(): Step {
    const id = this.pick(IDS);
    const draft = { value: this.pick(TEXTS), expected: this.recordExpected(id) };
    const put = putStep(id, {
      ...draft,
      ...(this.below(5) === 0
        ? { ttlMs: this.pick([20, 60_000]) }
        : {
            indexes: INDEXES.filter(() => this.below(2) === 0).map((name) => ({
              name,
              sort: this.pick(["1", "2", "3!"]),
            })),
          }),
    });
    this.revisions.push(put.revision);
    this.standing.set(id, put.revision);
    return put;
  }

  private recordExpected(id: string): RecordExpected {
    const kind = this.below(10);
    const revision = kind < 6 ? this.standing.get(id) : this.revisions.at(-1 - this.below(4));
    if (kind < 3) return { _tag: "Any" };
    return revision === undefined ? { _tag: "Absent" } : { _tag: "At", revision };
  }

  /** Which events stand where, as the appends that were done tell. */
  private learn(lists: Lists, answers: Readonly<Record<Side, ReadonlyArray<WriteAnswer>>>): void {
    for (const [l, list] of lists.entries())
      for (const [s, step] of list.entries()) {
        const at = (side: Side): Position | undefined => {
          const answer = answers[side][l];
          const result = answer === undefined || isLeft(answer) ? undefined : answer.right[s];
          return result?._tag === "Appended" ? result.position : undefined;
        };
        const [memory, postgres] = [at("memory"), at("postgres")];
        if (step._tag !== "Append" || memory === undefined || postgres === undefined) continue;
        step.events.forEach(({ id }, n) => {
          const back = n + 1 - step.events.length;
          const own = {
            memory: positionFrom(memory, back, tailOf(id)),
            postgres: positionFrom(postgres, back, tailOf(id)),
          };
          this.events.push(own);
          for (const side of ["memory", "postgres"] as const) this.idAt[side].set(own[side], id);
        });
      }
  }

  private shownAnswer(side: Side, answer: WriteAnswer): unknown {
    if (isLeft(answer)) return { ...answer.left };
    return answer.right.map((result) =>
      result._tag === "Appended" ? { ...result, position: this.shownPosition(side, result.position) } : result,
    );
  }

  /** The event there, which is the same on both sides. */
  private shownPosition(side: Side, position: Position | undefined): unknown {
    if (position === undefined) return undefined;
    const id = this.idAt[side].get(position);
    expect(id, `${side} told a position of no event`).toBeDefined();
    return id;
  }

  private shownEvent(side: Side) {
    return (event: StoredEvent): unknown => ({ ...event, position: this.shownPosition(side, event.position) });
  }

  private shownPage(side: Side, page: FeedPage): unknown {
    switch (page._tag) {
      case "Events":
        return { ...page, events: page.events.map(this.shownEvent(side)), next: this.shownPosition(side, page.next) };
      case "WentBack":
        return { ...page, head: this.shownPosition(side, page.head) };
      case "Trimmed":
        return { ...page, trimmedTo: this.shownPosition(side, page.trimmedTo) };
    }
  }

  private async keep(): Promise<string> {
    const writeId = newId();
    const stream = this.pick(STREAMS);
    const kind = this.below(5);
    if (kind < 2) {
      const request = { stream, upTo: this.below(8), limit: this.pick([1, 2, 100]) };
      await this.both(
        (store) => store.pruneStream(request, writeId),
        (answer) => answer,
      );
      return `prune ${JSON.stringify(request)}`;
    }
    if (kind < 4) {
      const closed = this.below(3) === 0;
      await this.both(
        (store) => store.setClosed({ stream, closed }, writeId),
        () => undefined,
      );
      return `close ${stream} ${closed}`;
    }
    const known = this.events.at(this.below(Math.min(12, this.events.length)));
    if (known === undefined) return "nothing to trim";
    const [limit, is] = [this.pick([1, 3, 100]), this.below(4)];
    await this.both(
      (store, side) => store.trimLog({ upTo: is === 0 ? elseAt(known[side]) : known[side], limit }, writeId),
      ({ trimmedTo }, side) => this.shownPosition(side, trimmedTo),
    );
    return `trim ${limit}`;
  }

  private async readLog(): Promise<string> {
    for (const stream of STREAMS) {
      const request = { stream, after: this.below(4), upTo: this.pick([undefined, 5]), limit: this.pick([0, 2, 100]) };
      await this.both(
        (store) => store.readStream({ ...request, backwards: this.events.length % 2 === 0 }),
        (page, side) => ({ ...page, events: page.events.map(this.shownEvent(side)) }),
      );
    }
    // Of trimmed events a log knows the last one alone by its name.
    const from = this.below(3) === 0 ? undefined : this.pick(this.events);
    const draft: Omit<FeedRequest, "after"> = {
      types: this.pick([undefined, ["x"], ["y", "é\n"], []]),
      categories: this.pick([undefined, undefined, ["s"], ["t", "none"]]),
      limit: this.pick([1, 3, 100]),
      waitMsMax: 0,
    };
    await this.both(
      (store, side) => store.readFeed({ ...draft, after: from?.[side] }),
      (page, side) => this.shownPage(side, page),
    );
    return `read ${JSON.stringify(draft)}`;
  }

  private async readRecords(): Promise<string> {
    const names = IDS.map((id) => ({ collection: "things", id }));
    await this.both(
      (store) => store.getRecords(names),
      (found) => found,
    );
    await this.both(
      (store) => store.countRecords({ collection: "things", indexes: INDEXES }),
      (counts) => counts,
    );
    const request = {
      collection: "things",
      indexes: INDEXES.filter((_, n) => n === 0 || this.below(2) === 0),
      from: this.pick([undefined, undefined, "2"]),
      upTo: this.pick([undefined, undefined, "2"]),
      after: this.pick([undefined, undefined, "2 a", "2", "3!", "é", "1 \u0001", "~"]),
      limit: this.pick([1, 2, 100]),
      backwards: this.below(2) === 0,
    };
    await this.both(
      (store) => store.pageRecords(request),
      (page) => page,
    );
    return `records ${JSON.stringify(request)}`;
  }
}
