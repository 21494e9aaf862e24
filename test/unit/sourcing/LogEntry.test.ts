import { config } from "rxjs";
import { afterEach, describe, expect, it, vi } from "vitest";
import { EntrySink, type LogEntry } from "../../../src/sourcing/LogEntry.js";

afterEach(() => {
  config.onUnhandledError = null;
});

const about = { id: "1", version: 3 };

describe("the entries of a category", () => {
  it("hands every entry to the logger, with its severity", () => {
    const entries: Array<LogEntry> = [];
    const sink = new EntrySink("cart", (entry) => void entries.push(entry), undefined);
    sink.tell("Hit", about);
    sink.tell("Snapshot", about);
    sink.tell("Snapshot", about, "full");
    sink.tell("HandlerThrew", about, "odd");
    expect(entries).toEqual([
      { _tag: "Hit", severity: "debug", ...about },
      { _tag: "Snapshot", severity: "debug", ...about },
      { _tag: "Snapshot", severity: "warning", ...about, cause: "full" },
      { _tag: "HandlerThrew", severity: "error", ...about, cause: "odd" },
    ]);
  });

  it("without a logger warns of warnings and errors alone: the process, the first of each kind", () => {
    const emit = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    const sink = new EntrySink("cart", undefined, undefined);
    for (const tag of ["Hit", "Hydrated", "Decided", "Refused", "Evicted", "Conflict", "Snapshot"] as const)
      sink.tell(tag, about);
    expect(emit).not.toHaveBeenCalled();
    sink.tell("WentBack", about);
    sink.tell("WentBack", about);
    sink.tell("DeciderThrew", about, new Error("odd"));
    expect(emit.mock.calls).toEqual([
      [
        'Aggregate "cart/1" at version 3: WentBack. Give its definition a logger to hear of each.',
        { type: "SluiceWarning", code: "SLUICE_AGGREGATE_WENT_BACK" },
      ],
      [
        'Aggregate "cart/1" at version 3: DeciderThrew (Error: odd). Give its definition a logger to hear of each.',
        { type: "SluiceWarning", code: "SLUICE_AGGREGATE_DECIDER_THREW" },
      ],
    ]);
  });

  it("tells the store's logger each, where there is one", () => {
    const warn = vi.fn();
    const sink = new EntrySink("cart", undefined, { warn });
    sink.tell("WentBack", about);
    sink.tell("WentBack", about);
    sink.tell("Hit", about);
    expect(warn).toHaveBeenCalledTimes(2);
    expect(warn.mock.calls[0]?.[1]).toMatchObject({ code: "SLUICE_AGGREGATE_WENT_BACK", category: "cart", id: "1" });
  });

  it("goes on where the logger throws, and reports that", async () => {
    const unhandled: Array<unknown> = [];
    config.onUnhandledError = (error) => void unhandled.push(error);
    const sink = new EntrySink(
      "cart",
      () => {
        throw new Error("logger");
      },
      undefined,
    );
    sink.tell("Hit", about);
    await expect.poll(() => unhandled).toEqual([new Error("logger")]);
  });
});
