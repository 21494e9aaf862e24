import { inspect } from "node:util";
import { describe, expect, expectTypeOf, it } from "vitest";
import { absurd } from "../../../src/core/invariant.js";
import { newMessageId } from "../../../src/core/MessageId.js";
import { Ack, Reject } from "../../../src/core/Outcome.js";
import { positionOf } from "../../../src/core/Position.js";
import type { Revision } from "../../../src/core/Revision.js";
import {
  alreadyExists,
  alreadySettled,
  archiveFailed,
  commandIdReused,
  deciderThrew,
  decodeRefused,
  defect,
  dispatchOngoing,
  encodeRefused,
  invalidConfig,
  isSluiceError,
  leaseLost,
  logTrimmed,
  logWentBack,
  notFound,
  payloadTooLarge,
  policyThrew,
  projectionDropped,
  recordConflict,
  type SluiceError,
  storeClosed,
  storeFull,
  storeUnavailable,
  streamClosed,
  streamPruned,
  tooManyHops,
  toSluiceError,
  versionConflict,
  waitTimedOut,
  writeTooLarge,
} from "../../../src/core/SluiceError.js";

const id = newMessageId();
const cause = new Error("ECONNRESET");

interface Row {
  readonly error: SluiceError;
  readonly retryable: boolean;
  /** What the message tells the reader to do, or what stands instead. */
  readonly says: RegExp;
  readonly fields: object;
}

/** One row for each error: the compiler refuses a missing one. */
const table: { readonly [T in SluiceError["_tag"]]: Row } = {
  LeaseLost: {
    error: leaseLost(id),
    retryable: false,
    says: /raise leaseMs/,
    fields: { id },
  },
  AlreadySettled: {
    error: alreadySettled(id, Ack),
    retryable: false,
    says: /settled as Ack before; the first outcome stands/,
    fields: { id, outcome: Ack },
  },
  InvalidConfig: {
    error: invalidConfig("prefetch", "prefetch must be 1 or more."),
    retryable: false,
    says: /^prefetch must be 1 or more\.$/,
    fields: { option: "prefetch" },
  },
  EncodeRefused: {
    error: encodeRefused(["total: expected number, got string", "id: missing"]),
    retryable: false,
    says: /nothing was written: total: expected number, got string; id: missing/,
    fields: { report: ["total: expected number, got string", "id: missing"] },
  },
  PayloadTooLarge: {
    error: payloadTooLarge(11, 10),
    retryable: false,
    says: /11 bytes.*10.*keep a reference to it, or raise payloadBytesMax/,
    fields: { bytes: 11, bytesMax: 10 },
  },
  DecodeRefused: {
    error: decodeRefused('record "a" of "things"', ["total: missing"]),
    retryable: false,
    says: /record "a" of "things" does not fit its codec: total: missing\. Give a codec/,
    fields: { where: 'record "a" of "things"', report: ["total: missing"] },
  },
  RecordConflict: {
    error: recordConflict({ collection: "things", id: "a", expected: { _tag: "Absent" } }, "r" as Revision),
    retryable: false,
    says: /"a" of "things" is there, in another state.*Read it, decide upon what is there/,
    fields: { collection: "things", id: "a", expected: { _tag: "Absent" }, actual: "r" },
  },
  VersionConflict: {
    error: versionConflict({ stream: "cart/1", expected: { _tag: "Absent" }, actual: 3 }),
    retryable: false,
    says: /"cart\/1" is at version 3.*Read what is new in it, decide upon that/,
    fields: { stream: "cart/1", expected: { _tag: "Absent" }, actual: 3 },
  },
  StreamClosed: {
    error: streamClosed("cart/1", 3),
    retryable: false,
    says: /"cart\/1" was closed at version 3.*Reopen it, or append to another one/,
    fields: { stream: "cart/1", version: 3 },
  },
  LogWentBack: {
    error: logWentBack(undefined),
    retryable: false,
    says: /no event at this position.*Make what was built from its events anew/,
    fields: { head: undefined },
  },
  LogTrimmed: {
    error: logTrimmed(positionOf(7, "abcdef")),
    retryable: false,
    says: /were trimmed\. Begin behind `trimmedTo`/,
    fields: { trimmedTo: positionOf(7, "abcdef") },
  },
  AlreadyExists: {
    error: alreadyExists("cart", "1"),
    retryable: false,
    says: /"cart" "1" already; nothing was changed\. Give the new one another id/,
    fields: { category: "cart", id: "1" },
  },
  NotFound: {
    error: notFound("cart", "1"),
    retryable: false,
    says: /no "cart" "1"\. Create it first/,
    fields: { what: "cart", id: "1" },
  },
  DispatchOngoing: {
    error: dispatchOngoing(id),
    retryable: false,
    says: /is ongoing: its next attempt comes by itself\. Wait for its result/,
    fields: { id },
  },
  CommandIdReused: {
    error: commandIdReused("k"),
    retryable: false,
    says: /"k" was given to another command.*Give each command an id of its own/,
    fields: { commandId: "k" },
  },
  DeciderThrew: {
    error: deciderThrew(cause),
    retryable: false,
    says: /threw \(ECONNRESET\); nothing was stored\. Mend it/,
    fields: { cause },
  },
  PolicyThrew: {
    error: policyThrew(cause),
    retryable: false,
    says: /threw \(ECONNRESET\), so none of its commands was sent\. Mend it/,
    fields: { cause },
  },
  TooManyHops: {
    error: tooManyHops("e", 4, 3),
    retryable: false,
    says: /^4 reactions led to the event e.*allows 3; none of its commands was sent\. Look at.*raise hopsMax/,
    fields: { hops: 4, hopsMax: 3, eventId: "e" },
  },
  StreamPruned: {
    error: streamPruned("cart/1", 3),
    retryable: false,
    says: /events 1 to 3 of the stream "cart\/1" are given up.*Use the schema/,
    fields: { stream: "cart/1", prunedTo: 3 },
  },
  ArchiveFailed: {
    error: archiveFailed("cart/1", 500, cause),
    retryable: false,
    says: /"cart\/1" were not archived.*behind version 500 are still there/,
    fields: { stream: "cart/1", prunedTo: 500, cause },
  },
  WaitTimedOut: {
    error: waitTimedOut(500, positionOf(7, "abcdef")),
    retryable: true,
    says: /not that far within 500 ms\..*wait again, or give more time by timeoutMs/,
    fields: { timeoutMs: 500, position: positionOf(7, "abcdef") },
  },
  ProjectionDropped: {
    error: projectionDropped("revenue", 1),
    retryable: false,
    says: /Version 1 of "revenue" was dropped.*Run the program of the version that took its place/,
    fields: { projection: "revenue", version: 1 },
  },
  WriteTooLarge: {
    error: writeTooLarge({ count: 1_001, countMax: 1_000, bytes: 5, bytesMax: 8 }),
    retryable: false,
    says: /1001 steps.*1000 steps.*Split it, or use enqueueTo/,
    fields: { count: 1_001, countMax: 1_000, bytes: 5, bytesMax: 8 },
  },
  StoreUnavailable: {
    error: storeUnavailable(cause),
    retryable: true,
    says: /ECONNRESET.*run the same call again: a Write never doubles/,
    fields: { cause },
  },
  StoreFull: { error: storeFull(cause), retryable: true, says: /Consume or purge some, or raise/, fields: { cause } },
  StoreClosed: { error: storeClosed(), retryable: false, says: /make a new one/, fields: {} },
  Defect: { error: defect(cause), retryable: false, says: /ECONNRESET.*report it/, fields: { cause } },
};

/** A match over all tags of queues, as a user writes it: `absurd` stops compiling when a tag is added. */
const match = (error: SluiceError): string => {
  switch (error._tag) {
    case "LeaseLost":
    case "AlreadySettled":
      return error.id;
    case "InvalidConfig":
      return error.option;
    case "EncodeRefused":
    case "DecodeRefused":
      return error.report.join();
    case "RecordConflict":
    case "AlreadyExists":
    case "NotFound":
    case "DispatchOngoing":
      return error.id;
    case "TooManyHops":
      return error.eventId;
    case "CommandIdReused":
      return error.commandId;
    case "VersionConflict":
    case "StreamClosed":
    case "StreamPruned":
    case "ArchiveFailed":
      return error.stream;
    case "LogWentBack":
      return String(error.head);
    case "WaitTimedOut":
      return String(error.position);
    case "ProjectionDropped":
      return error.projection;
    case "LogTrimmed":
      return error.trimmedTo;
    case "PayloadTooLarge":
    case "WriteTooLarge":
      return String(error.bytesMax);
    case "StoreUnavailable":
    case "StoreFull":
    case "DeciderThrew":
    case "PolicyThrew":
    case "Defect":
      return String(error.cause);
    case "StoreClosed":
      return "closed";
    default:
      return absurd(error);
  }
};

describe("SluiceError", () => {
  describe.each(Object.entries(table))("%s", (tag, { error, retryable, says, fields }) => {
    it("is an Error named by its tag", () => {
      expect(error).toBeInstanceOf(Error);
      expect([error._tag, error.name]).toEqual([tag, tag]);
      expect(error.stack).toContain(tag);
      expect(isSluiceError(error)).toBe(true);
    });

    it(`is ${retryable ? "" : "not "}retryable`, () => {
      expect(error.retryable).toBe(retryable);
    });

    it("carries typed fields and says what to do", () => {
      expect(error).toMatchObject(fields);
      expect(error.message).toMatch(says);
    });

    it("has a case in an exhaustive match", () => {
      expect(typeof match(error)).toBe("string");
    });
  });

  it("narrows by its tag", () => {
    const error = table.PayloadTooLarge.error;
    if (error._tag === "PayloadTooLarge") expectTypeOf(error.bytesMax).toEqualTypeOf<number>();
    expect(error._tag).toBe("PayloadTooLarge");
  });
});

describe("isSluiceError", () => {
  it.each([undefined, null, "Defect", new Error("x"), { _tag: "Defect", retryable: false, message: "m" }])(
    "refuses %s",
    (value) => {
      expect(isSluiceError(value)).toBe(false);
    },
  );
});

describe("a SluiceError in logs and JSON", () => {
  const secret = "4111-1111";
  const cause = Object.assign(new Error("connect ECONNREFUSED"), { args: [secret], command: { password: secret } });

  it.each([
    storeUnavailable(cause),
    storeFull(cause),
    defect(cause),
    alreadySettled(id, Reject({ cause: { card: secret } })),
  ])("shows its fields, and of a cause a line: $_tag", (error) => {
    for (const text of [inspect(error, { depth: 10 }), JSON.stringify(error)]) {
      expect(text).not.toContain(secret);
      expect(text).toContain(error.message);
      expect(text).toContain(error._tag);
    }
    expect(inspect(error)).toContain("SluiceError.test.ts");
  });

  it("names both addresses of a host that refused", () => {
    const refused = new AggregateError([
      new Error("connect ECONNREFUSED ::1:6379"),
      new Error("connect ECONNREFUSED 127.0.0.1:6379"),
    ]);
    expect(storeUnavailable(refused).message).toContain(
      "(connect ECONNREFUSED ::1:6379; connect ECONNREFUSED 127.0.0.1:6379)",
    );
  });
});

describe("toSluiceError", () => {
  it("leaves a SluiceError as it is", () => {
    const error = storeFull("x");
    expect(toSluiceError(error)).toBe(error);
  });

  it("makes a Defect of anything else, with the thing as its cause", () => {
    for (const thing of [new TypeError("odd"), "odd", undefined, null, 0, Symbol("odd"), { a: 1 }])
      expect(toSluiceError(thing)).toMatchObject({ _tag: "Defect", cause: thing });
  });

  it("takes things that have no text form", () => {
    const bare: unknown = Object.create(null);
    const hostile = {
      toString: () => {
        throw new Error("no");
      },
    };
    expect(toSluiceError(bare)).toMatchObject({ _tag: "Defect", cause: bare });
    expect(toSluiceError(hostile)._tag).toBe("Defect");
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(toSluiceError(proxy)._tag).toBe("Defect");
  });
});
