/** Whatever a queue takes arrives equal, by the table of fates, and whatever would not is refused, on every store. */
import * as fc from "fast-check";
import * as t from "io-ts";
import { queue } from "sluice";
import { describe, expect, it } from "vitest";
import { mostStores } from "../stores/eachStore.js";
import { anything, byTheTable, LOST } from "../support/fates.js";

describe.each(mostStores())("a value on the way through a queue, on %s", (_, open) => {
  it("arrives equal, or is refused", { timeout: 60_000 }, async () => {
    const values = queue(open(), { name: "values", codec: t.unknown });
    await fc.assert(
      fc.asyncProperty(anything, async (value) => {
        const arrives = byTheTable(value);
        const answer = await values.enqueue(value).catch((error: unknown) => error);
        if (arrives === LOST) expect(answer).toMatchObject({ _tag: "EncodeRefused" });
        else {
          expect(answer).toMatchObject({ duplicate: false });
          const [message] = await values.receive({ max: 1 });
          expect(message?.data).toStrictEqual(arrives);
          await message?.ack;
        }
      }),
      { numRuns: 100 },
    );
  });
});
