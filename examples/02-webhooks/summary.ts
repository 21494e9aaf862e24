/** The table at the end. */
import { eventOf } from "./codecs/Webhook.js";
import type { Report } from "./Report.js";

interface Row {
  readonly event: string;
  readonly payloads: number;
  readonly handled: number;
  readonly attempts: number;
  readonly retries: number;
  readonly blocked: number;
}

const columns = ["payloads", "handled", "attempts", "retries", "blocked"] as const;

const rowOf = (event: string, { input, ledger, tally }: Report): Row => {
  const entries = ledger.filter((entry) => entry.event === event);
  const endings = tally.get(event);
  return {
    event,
    payloads: input.filter((webhook) => eventOf(webhook) === event).length,
    handled: entries.length,
    attempts: entries.reduce((sum, { attempts }) => sum + attempts, 0),
    retries: endings?.Retry ?? 0,
    blocked: endings?.Block ?? 0,
  };
};

const totalOf = (rows: ReadonlyArray<Row>): Row =>
  rows.reduce(
    (total, row) => ({
      event: "total",
      payloads: total.payloads + row.payloads,
      handled: total.handled + row.handled,
      attempts: total.attempts + row.attempts,
      retries: total.retries + row.retries,
      blocked: total.blocked + row.blocked,
    }),
    { event: "total", payloads: 0, handled: 0, attempts: 0, retries: 0, blocked: 0 },
  );

const lineOf = (first: string, others: ReadonlyArray<string | number>): string =>
  first.padEnd(32) + others.map((text) => String(text).padStart(10)).join("");

/** One line for each event. Handled and attempts are the ledger's, of all runs; retries and blocked are of this run. */
export const summaryOf = (report: Report): string => {
  const events = [...new Set(report.input.map(eventOf))];
  const rows = events.map((event) => rowOf(event, report));
  return [
    lineOf("event", columns),
    ...[...rows, totalOf(rows)].map((row) =>
      lineOf(
        row.event,
        columns.map((column) => row[column]),
      ),
    ),
  ].join("\n");
};
