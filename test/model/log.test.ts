import fc from "fast-check";
import { isLeft } from "fp-ts/lib/Either.js";
import { describe, expect, it } from "vitest";
import { type Position, placeOf } from "../../src/core/Position.js";
import type { AppendStep, StreamExpected } from "../../src/core/steps/Append.js";
import type { WriteAnswer } from "../../src/core/steps/Step.js";
import type { FeedPage, StoredEvent } from "../../src/port/LogPort.js";
import type { Store } from "../../src/port/Store.js";
import { memoryStore } from "../../src/stores/memory/memoryStore.js";
import { aheadOf, elseAt, otherThan } from "../../src/testing/conformance/log/reading.js";
import { appendStep, newEvent } from "../../src/testing/conformance/log/steps.js";
import { PacedScheduler } from "../../src/testing/PacedScheduler.js";
import { faults } from "../unit/testing/conformance/broken/faults.js";
import { type Appending, type Expecting, type LogCommand, logCommands, type Place, STREAMS } from "./LogCommand.js";
import { LogModel } from "./LogModel.js";

type MakeStore = (scheduler: PacedScheduler) => Store | Promise<Store>;

/** What a store shows of an event, without its time. */
const shown = ({ appendedAtMs: _, ...event }: StoredEvent) => event;

const shownPage = (page: FeedPage): unknown =>
  page._tag === "Events" ? { ...page, events: page.events.map(shown) } : page;

const shownAnswer = (answer: WriteAnswer): unknown => {
  if (!isLeft(answer))
    return answer.right.map(
      (result) => result._tag === "Appended" && { version: result.version, position: result.position },
    );
  const { left } = answer;
  if (left._tag === "StreamClosed") return { refused: left._tag, stream: left.stream, version: left.version };
  if (left._tag === "VersionConflict") return { refused: left._tag, stream: left.stream, version: left.actual };
  return left;
};

/** Plays commands on a store and on the model, and compares what they answer. */
class LogPlayer {
  private readonly model = new LogModel();
  private readonly calls: Array<() => Promise<void>> = [];

  constructor(private readonly store: Store) {}

  async play(command: LogCommand): Promise<void> {
    switch (command.do) {
      case "write": {
        const lists = command.lists.map((list) => list.map((each) => this.step(each)));
        const expected = this.model.write(lists);
        return await this.change(
          async (writeId) => (await this.store.write(lists, writeId)).map(shownAnswer),
          expected,
        );
      }
      case "prune": {
        const { stream, upTo, limit } = command;
        const prunedTo = this.model.prune(stream, upTo, limit);
        return await this.change(async (writeId) => await this.store.pruneStream({ stream, upTo, limit }, writeId), {
          prunedTo,
        });
      }
      case "trim": {
        const upTo = this.position(command.place);
        if (upTo === undefined) return;
        const { limit } = command;
        const trimmedTo = this.model.trim(upTo, limit);
        return await this.change(async (writeId) => await this.store.trimLog({ upTo, limit }, writeId), { trimmedTo });
      }
      case "close": {
        const { stream, closed } = command;
        this.model.setClosed(stream, closed);
        return await this.change(async (writeId) => await this.store.setClosed({ stream, closed }, writeId), undefined);
      }
      case "again":
        return await this.calls[command.call % this.calls.length]?.();
      case "read": {
        const page = await this.store.readStream(command);
        expect({ ...page, events: page.events.map(shown) }).toEqual(this.model.read(command));
        return;
      }
      case "feed": {
        const request = { ...command, after: command.after && this.position(command.after), waitMsMax: 0 };
        expect(shownPage(await this.store.readFeed(request))).toEqual(this.model.feed(request));
        return;
      }
    }
  }

  /** Compares all that there is. */
  async compare(): Promise<void> {
    for (const stream of STREAMS)
      await this.play({ do: "read", stream, after: 0, upTo: undefined, limit: 1_000, backwards: false });
    for (const event of [undefined, ...this.model.events.keys()]) {
      const after = event === undefined ? undefined : ({ event, is: "right" } as const);
      await this.play({ do: "feed", after, types: undefined, categories: undefined, limit: 1_000 });
    }
  }

  private async change(call: (writeId: string) => Promise<unknown>, expected: unknown): Promise<void> {
    const writeId = `call ${this.calls.length}`;
    const run = async (): Promise<void> => {
      expect(await call(writeId)).toEqual(expected);
    };
    this.calls.push(run);
    await run();
  }

  private step({ stream, expecting, types, closes }: Appending): AppendStep {
    const events = types.map((type, n) => newEvent(`${this.calls.length} ${n}`, { type, meta: `meta ${n}` }));
    return appendStep(stream, events, { expected: this.expected(stream, expecting), closes });
  }

  private expected(stream: string, expecting: Expecting): StreamExpected {
    if (expecting.tag !== "At") return { _tag: expecting.tag };
    const events = this.model.streamEvents(stream);
    const version = Math.max(0, events.length + expecting.off);
    const id = events[version - 1]?.id;
    if (id === undefined || expecting.last === "none") return { _tag: "At", version };
    return { _tag: "At", version, lastId: expecting.last === "right" ? id : otherThan(id) };
  }

  /** Undefined while there is no event. */
  private position({ event, is }: Place): Position | undefined {
    const { events } = this.model;
    const position = events[event % events.length]?.position;
    const head = events.at(-1)?.position;
    if (position === undefined || head === undefined) return undefined;
    if (is === "ahead") return aheadOf(head);
    // Of trimmed events a log knows the last one alone by its name, so what it says of others of their places is left open.
    return is === "right" ? position : elseAt(placeOf(position) < this.model.trimmed ? head : position);
  }
}

const agrees = (make: MakeStore, lengthMax: number): fc.IAsyncProperty<[unknown]> =>
  fc.asyncProperty(logCommands(lengthMax), async (sequence) => {
    const player = new LogPlayer(await make(new PacedScheduler()));
    for (const command of sequence) await player.play(command);
    await player.compare();
  });

describe("the log of a memory store", () => {
  it("shows what the model says, after every command of any sequence", async () => {
    await fc.assert(
      agrees((scheduler) => memoryStore({ scheduler }), 60),
      { numRuns: 300 },
    );
  }, 60_000);
});

/** Faults that any sequence of some length shows. */
const found: ReadonlyArray<string> = [
  "expects nothing of streams",
  "adds to empty streams alone",
  "heeds no last event",
  "stores an event for a check",
  "makes new ids of events",
  "reads every stream forwards",
  "ends a page of a stream before upTo",
  "shows one event of a stream at least",
  "performs a list step by step",
  "performs a resent write again",
  "prunes nothing",
  "prunes more than its limit",
  "says of every prune that it went where it should",
  "forgets the last event of a stream that gave up some",
  "prunes, trims and closes again when it is asked again",
  "trims nothing",
  "trims more than its limit",
  "counts no trimmed event as pruned",
  "closes nothing",
  "reopens nothing",
  "refuses by the version what a closed stream refuses",
  "closes by an append of events alone",
  "reopens a stream that is pruned",
  "gives the events of a page in reverse",
  "gives one event more than was asked for",
  "heeds no types",
  "heeds no categories",
  "takes a full page for one before the end",
  "tells positions by their places",
  "ends the feed at a pruned event",
  "passes over what is trimmed",
];

describe("the model of the log finds a store that", () => {
  // One sequence in five hundred shows the rarest of them, so that fewer would miss it now and then.
  it.each(found)(
    "%s",
    async (fault) => {
      const make: MakeStore = async (scheduler) => (await faults[fault]!({ scheduler })).store;
      const { failed } = await fc.check(agrees(make, 60), { numRuns: 6_000, endOnFailure: true });
      expect(failed).toBe(true);
    },
    60_000,
  );
});
