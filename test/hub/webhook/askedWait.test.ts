/** What a Retry-After says. */
import { describe, expect, it } from "vitest";
import { ASKED_MS_MAX, askedMsOf } from "../../../src/hub/webhook/askedWait.js";

const NOW = Date.UTC(2026, 10, 29, 12, 0, 0);
const noon = "Sun, 29 Nov 2026 12:00:00 GMT";
const asked = (retryAfter: string | undefined, date?: string) => askedMsOf({ retryAfter, date }, NOW);

describe("a Retry-After", () => {
  it.each([
    ["0", 0],
    ["1", 1_000],
    [" 30 ", 30_000],
    ["86400", ASKED_MS_MAX],
    ["86401", ASKED_MS_MAX],
    ["999999999999999", ASKED_MS_MAX],
    ["Sun, 29 Nov 2026 12:00:30 GMT", 30_000],
    [noon, 0],
    ["Sun, 29 Nov 2026 11:00:00 GMT", 0],
    ["Fri, 31 Dec 2099 23:59:59 GMT", ASKED_MS_MAX],
  ])("of %j asks for a time", (text, ms) => {
    expect(asked(text)).toBe(ms);
  });

  it.each([
    undefined,
    "",
    "-1",
    "1.5",
    "1e3",
    "0x10",
    "soon",
    "9999999999999999",
    "2026-11-29T12:00:30Z",
    "Sun, 99 Nov 2026 12:00:30 GMT",
    "Sun, 29 Nov 2026 12:00:30 +0100",
    "NaN",
    "Infinity",
  ])("of %j says nothing", (text) => {
    expect(asked(text)).toBeUndefined();
  });

  it("with a date counts by the endpoint's own clock, where it tells that", () => {
    const hourBehind = "Sun, 29 Nov 2026 11:00:00 GMT";
    expect(asked("Sun, 29 Nov 2026 11:00:30 GMT", hourBehind)).toBe(30_000);
    expect(asked("Sun, 29 Nov 2026 12:00:30 GMT", "no date")).toBe(30_000);
    expect(asked("5", hourBehind)).toBe(5_000);
  });
});
