/** What may be done to a log, as data: sequences of it are played on a store and on the model. */
import fc from "fast-check";

/** What an append expects, told by what its stream is when the call is made. */
export type Expecting =
  | { readonly tag: "Any" | "Absent" | "Present" }
  /** So many versions off, and by the id of the last event: the right one, another one, or none. */
  | { readonly tag: "At"; readonly off: number; readonly last: "right" | "wrong" | "none" };

export interface Appending {
  readonly stream: string;
  readonly expecting: Expecting;
  /** The types of its events. */
  readonly types: ReadonlyArray<string>;
  readonly closes: boolean;
}

/** An event by its number, modulo how many there have been; its position, that of another history, or one ahead of the log. */
export interface Place {
  readonly event: number;
  readonly is: "right" | "else" | "ahead";
}

export type LogCommand =
  | { readonly do: "write"; readonly lists: ReadonlyArray<ReadonlyArray<Appending>> }
  | { readonly do: "prune"; readonly stream: string; readonly upTo: number; readonly limit: number }
  | { readonly do: "trim"; readonly place: Place; readonly limit: number }
  | { readonly do: "close"; readonly stream: string; readonly closed: boolean }
  /** Sends one of the calls that changed something again, by its number, modulo how many there have been. */
  | { readonly do: "again"; readonly call: number }
  | {
      readonly do: "read";
      readonly stream: string;
      readonly after: number;
      readonly upTo: number | undefined;
      readonly limit: number;
      readonly backwards: boolean;
    }
  | {
      readonly do: "feed";
      readonly after: Place | undefined;
      readonly types: ReadonlyArray<string> | undefined;
      readonly categories: ReadonlyArray<string> | undefined;
      readonly limit: number;
    };

export const STREAMS = ["a", "a/1", "a/2", "b/1"];
const TYPES = ["x", "y", "z"];

const stream = fc.constantFrom(...STREAMS);
const limit = fc.oneof(fc.integer({ min: 1, max: 4 }), fc.constant(100));
const version = fc.nat(12);
const undefinedOr = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined });

const expecting = fc.oneof(
  {
    arbitrary: fc.record({ tag: fc.constantFrom<"Any" | "Absent" | "Present">("Any", "Any", "Absent", "Present") }),
    weight: 4,
  },
  {
    arbitrary: fc.record({
      tag: fc.constant("At" as const),
      off: fc.constantFrom(0, 0, 0, 0, -1, 1),
      last: fc.constantFrom<"right" | "wrong" | "none">("right", "right", "none", "wrong"),
    }),
    weight: 3,
  },
);

const appending = fc.record({
  stream,
  expecting,
  types: fc.array(fc.constantFrom(...TYPES), { maxLength: 3 }),
  closes: fc.oneof({ arbitrary: fc.constant(false), weight: 14 }, { arbitrary: fc.constant(true), weight: 1 }),
});

const list = fc.array(appending, { minLength: 1, maxLength: 3 });

const place = fc.record({
  event: fc.nat(60),
  is: fc.oneof(
    { arbitrary: fc.constant("right" as const), weight: 6 },
    { arbitrary: fc.constantFrom<"else" | "ahead">("else", "ahead"), weight: 1 },
  ),
});

const command: fc.Arbitrary<LogCommand> = fc.oneof(
  {
    arbitrary: fc.record({ do: fc.constant("write" as const), lists: fc.array(list, { minLength: 1, maxLength: 3 }) }),
    weight: 8,
  },
  { arbitrary: fc.record({ do: fc.constant("prune" as const), stream, upTo: version, limit }), weight: 1 },
  { arbitrary: fc.record({ do: fc.constant("trim" as const), place, limit }), weight: 1 },
  {
    arbitrary: fc.record({ do: fc.constant("close" as const), stream, closed: fc.constantFrom(true, false, false) }),
    weight: 2,
  },
  { arbitrary: fc.record({ do: fc.constant("again" as const), call: fc.nat(30) }), weight: 2 },
  {
    arbitrary: fc.record({
      do: fc.constant("read" as const),
      stream,
      after: version,
      upTo: undefinedOr(version),
      limit: fc.oneof(limit, fc.constant(0)),
      backwards: fc.boolean(),
    }),
    weight: 4,
  },
  {
    arbitrary: fc.record({
      do: fc.constant("feed" as const),
      after: undefinedOr(place),
      types: undefinedOr(fc.subarray(TYPES)),
      categories: undefinedOr(fc.subarray(["a", "b", "c"])),
      limit,
    }),
    weight: 4,
  },
);

export const logCommands = (lengthMax: number): fc.Arbitrary<ReadonlyArray<LogCommand>> =>
  fc.array(command, { maxLength: lengthMax });
