import { describe, expect, it } from "vitest";
import { isPassing, toStoreError, verdictOn } from "../../../../../src/stores/postgres/connection/errors.js";
import { stripped } from "../../../../../src/stores/postgres/connection/strip.js";

const withCode = (code: string, message = "no"): Error => Object.assign(new Error(message), { code });

describe("an error of the server", () => {
  it.each([
    ["08006", "away", "StoreUnavailable"],
    ["08P01", "away", "StoreUnavailable"],
    ["57P01", "away", "StoreUnavailable"],
    ["57P02", "away", "StoreUnavailable"],
    ["57P03", "away", "StoreUnavailable"],
    ["57P05", "resend", "StoreUnavailable"],
    ["25006", "away", "StoreUnavailable"],
    ["40001", "resend", "StoreUnavailable"],
    ["40P01", "resend", "StoreUnavailable"],
    ["40003", "resend", "StoreUnavailable"],
    ["53300", "resend", "StoreUnavailable"],
    ["53400", "away", "StoreUnavailable"],
    ["55P03", "resend", "StoreUnavailable"],
    ["57014", "resend", "StoreUnavailable"],
    ["53100", "full", "StoreFull"],
    ["53200", "full", "StoreFull"],
    ["42501", "config", "InvalidConfig"],
    ["3F000", "config", "InvalidConfig"],
    ["3D000", "config", "InvalidConfig"],
    ["42883", "config", "InvalidConfig"],
    ["42P01", "config", "InvalidConfig"],
    ["28P01", "config", "InvalidConfig"],
    ["28000", "config", "InvalidConfig"],
    ["23505", "defect", "Defect"],
    ["XX000", "defect", "Defect"],
  ])("%s means %s, and is told as %s", (code, verdict, tag) => {
    expect(verdictOn(withCode(code))).toBe(verdict);
    expect(isPassing(withCode(code))).toBe(tag === "StoreUnavailable");
    expect(toStoreError(withCode(code))).toMatchObject({ _tag: tag });
  });

  it("of the connection may pass", () => {
    for (const cause of [withCode("ECONNREFUSED"), new Error("Connection terminated unexpectedly")])
      expect(verdictOn(cause)).toBe("away");
  });

  it("is told without the values that it quotes", () => {
    const cause = Object.assign(withCode("22P02", 'invalid input syntax for type bigint: "secret"'), {
      detail: "Key (id)=(secret) already exists.",
      where: "secret",
      internalQuery: "select 'secret'",
    });
    const clean = stripped(cause);
    expect(clean.message).toBe("invalid input syntax for type bigint");
    expect(JSON.stringify({ ...clean, stack: clean.stack })).not.toContain("secret");
  });

  it("that is none is named by its type", () => {
    expect(stripped("secret").message).toBe("the driver failed with string");
    expect(stripped(null).message).toBe("the driver failed with null");
  });

  it("of several addresses says what the first of them says", () => {
    const cause = Object.assign(new AggregateError([new Error("connect ECONNREFUSED 127.0.0.1:1")]), {
      code: "ECONNREFUSED",
    });
    expect(stripped(cause).message).toBe("connect ECONNREFUSED 127.0.0.1:1");
  });
});
