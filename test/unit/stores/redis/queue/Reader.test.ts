/** Reads of many places at once: one of them that cannot be read leaves the others alone. */
import { describe, expect, it } from "vitest";
import { invalidConfig, storeUnavailable } from "../../../../../src/core/SluiceError.js";
import type { CallEnd, Connection } from "../../../../../src/stores/redis/connection/Connection.js";
import { Place } from "../../../../../src/stores/redis/queue/Place.js";
import { Reader } from "../../../../../src/stores/redis/queue/Reader.js";

interface Command {
  readonly name: string;
  readonly lists: ReadonlyArray<string>;
  readonly end: CallEnd<unknown>;
}

const wrongType = invalidConfig("namespace", "somebody else's value");

/** A reader of three places whose commands are answered by the test. It reads on after each read, as its owner has it. */
const readerOfThree = () => {
  const commands: Array<Command> = [];
  const told: Array<string> = [];
  const connection = {
    command: (name: string, args: ReadonlyArray<string>, end: CallEnd<unknown>) => {
      commands.push({ name, lists: name === "blpop" ? args.slice(1, -1) : args, end });
      return { sent: true, abandon: () => undefined };
    },
  } as unknown as Connection;
  const reader = new Reader(connection, "end", {
    taken: ({ list }, text) => told.push(`${list} has ${text}`),
    over: (over) => {
      if (over.places.size > 0) over.read();
    },
    refused: ({ list }) => told.push(`${list} is refused`),
    failed: (_, places) => told.push(`${places.map(({ list }) => list).join(" ")} failed`),
  });
  for (const name of ["a", "b", "c"]) {
    const place = new Place(name, false, name);
    place.waiters.add({
      queue: name,
      owner: "",
      leaseMs: 30_000,
      inVain: false,
      woken: () => undefined,
      handed: () => undefined,
      failed: () => undefined,
    });
    reader.places.add(place);
  }
  reader.read();
  const next = (name: string): Command => {
    const command = commands.shift();
    if (command?.name !== name) throw new Error(`${name} was expected, not ${command?.name}`);
    return command;
  };
  /** The read fails, and then each place is tried: those of these names cannot be read. */
  const failRead = (...faults: ReadonlyArray<string>): void => {
    next("blpop").end.failed(wrongType);
    for (let tried = 0; tried < 3; tried++) {
      const { lists, end } = next("llen");
      if (faults.includes(lists.join())) end.failed(wrongType);
      else end.done(0);
    }
  };
  return { told, commands, next, failRead };
};

describe("a read of many places that fails", () => {
  it("refuses the place at fault alone, and reads the others on", () => {
    const { told, next, failRead } = readerOfThree();
    failRead("b");
    expect(told).toEqual(["b is refused"]);
    expect(next("blpop").lists).toEqual(["a", "c"]);
  });

  it("is made again where what was wrong is gone when the places are tried", () => {
    const { told, next, failRead } = readerOfThree();
    for (const round of ["1", "2", "3"]) {
      failRead();
      const { lists, end } = next("blpop");
      expect([...lists].sort()).toEqual(["a", "b", "c"]);
      end.done(["b", round]);
    }
    expect(told).toEqual(["b has 1", "b has 2", "b has 3"]);
  });

  it("fails them all where it fails again and no place is at fault", () => {
    const { told, commands, failRead } = readerOfThree();
    failRead();
    failRead();
    expect(told).toEqual(["a b c failed"]);
    expect(commands).toEqual([]);
  });

  it("fails them all at once where the server is away", () => {
    const { told, next, commands } = readerOfThree();
    next("blpop").end.failed(storeUnavailable(new Error("gone")));
    expect(told).toEqual(["a b c failed"]);
    expect(commands).toEqual([]);
  });
});
