/** What of the driver's errors goes on into the library, and what does not. */
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { storeClosed } from "../../../../../src/core/SluiceError.js";
import { stripped } from "../../../../../src/stores/redis/connection/strip.js";

const SECRET = "p4ssw0rd";
const withCommand = <E extends Error>(error: E): E =>
  Object.assign(error, { command: { name: "auth", args: [SECRET] }, options: { password: SECRET } });
const show = (error: unknown): string => inspect(error, { depth: 20, showHidden: true });

describe("an error of the driver", () => {
  it("keeps its name, message, code and address, and loses its command", () => {
    const raw = withCommand(
      Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:1"), { code: "ECONNREFUSED", port: 1 }),
    );
    raw.name = "ReplyError";
    const clean = stripped(raw);
    expect(clean).toMatchObject({ name: "ReplyError", message: raw.message, code: "ECONNREFUSED", port: 1 });
    expect(clean.stack).toBe(raw.stack);
    expect(show(clean)).not.toContain(SECRET);
  });

  it("loses the arguments that the server repeats, from its stack too", () => {
    const raw = new Error(`ERR unknown command 'HELLO', with args beginning with: '3' 'AUTH' '\n${SECRET}' `);
    expect(stripped(raw).message).toBe("ERR unknown command 'HELLO'");
    expect(show(stripped(raw))).not.toContain(SECRET);
  });

  it("is stripped at every depth: causes, several errors, those of nodes and of earlier tries", () => {
    const inner = withCommand(new Error("inner"));
    const raw = Object.assign(new AggregateError([inner, withCommand(new Error("second"))], ""), {
      cause: withCommand(new Error("cause", { cause: withCommand(new Error("root")) })),
      code: "ECONNREFUSED",
    });
    const clean = stripped(raw) as AggregateError;
    expect(clean).toBeInstanceOf(AggregateError);
    expect(clean.errors.map(({ message }: Error) => message)).toEqual(["inner", "second"]);
    expect(clean).toMatchObject({ code: "ECONNREFUSED", cause: { message: "cause", cause: { message: "root" } } });
    const cluster = Object.assign(new Error("Failed to refresh slots cache."), { lastNodeError: inner });
    expect(stripped(cluster)).toMatchObject({ cause: { message: "inner" } });
    const pipeline = Object.assign(new Error("EXECABORT"), { previousErrors: [inner] });
    expect((stripped(pipeline) as AggregateError).errors).toHaveLength(1);
    for (const error of [raw, cluster, pipeline]) expect(show(stripped(error))).not.toContain(SECRET);
  });

  it("ends where it goes on without end", () => {
    const raw = withCommand(new Error("endless"));
    raw.cause = raw;
    expect(show(stripped(raw))).not.toContain(SECRET);
  });

  it("is made where something else is thrown, without showing it; what is ours stays as it is", () => {
    expect(stripped(SECRET).message).toBe("the driver failed with string");
    expect(stripped(null).message).toBe("the driver failed with null");
    const own = storeClosed();
    expect(stripped(own)).toBe(own);
  });
});
