import { EMPTY, of, throwError } from "rxjs";
import type { MessageId } from "sluice";
import { catchTag, fail, type SluiceError } from "sluice";
import { describe, expect, expectTypeOf, it } from "vitest";
import { invalidConfig, leaseLost } from "../../../src/core/SluiceError.js";
import { marbles } from "../../support/marbles.js";
import { operatorLaws } from "../../support/operatorLaws.js";

const lost = leaseLost("00000000-0000-7000-8000-000000000000" as MessageId);

describe("catchTag", () => {
  operatorLaws<string, string>({
    operator: () => catchTag("LeaseLost", () => of("caught")),
    input: (text) => text,
    show: (text) => text,
  });

  it(
    "goes on with another Observable on an error of its tag",
    marbles((m) => {
      const source = m.cold<string>("-a-#", undefined, lost);
      const other = m.cold("--x|");
      m.expect(source.pipe(catchTag("LeaseLost", () => other))).toBeObservable("-a---x|");
      m.expect(source).toHaveSubscriptions("^--!");
      m.expect(other).toHaveSubscriptions("---^--!");
    }),
  );

  it("gives the error, narrowed", () => {
    const seen: Array<unknown> = [];
    fail(lost)
      .pipe(
        catchTag("LeaseLost", (error) => {
          expectTypeOf(error).toEqualTypeOf<Extract<SluiceError, { readonly _tag: "LeaseLost" }>>();
          return [error.id];
        }),
      )
      .subscribe((id) => seen.push(id));
    expect(seen).toStrictEqual([lost.id]);
  });

  it.each([
    ["of another tag", invalidConfig("x", "no")],
    ["that is no error of Sluice", new Error("no")],
    ["that only looks like one", { _tag: "LeaseLost" }],
  ])("passes an error %s", (_, error) => {
    const seen: Array<unknown> = [];
    throwError(() => error)
      .pipe(catchTag("LeaseLost", () => EMPTY))
      .subscribe({ error: (cause: unknown) => seen.push(cause) });
    expect(seen).toStrictEqual([error]);
  });

  it("fails with what the callback throws", () => {
    const seen: Array<unknown> = [];
    fail(lost)
      .pipe(
        catchTag("LeaseLost", (): never => {
          throw new Error("again");
        }),
      )
      .subscribe({ error: (cause: unknown) => seen.push(cause) });
    expect(seen).toStrictEqual([new Error("again")]);
  });
});
