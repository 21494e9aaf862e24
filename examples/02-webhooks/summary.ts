/** The table at the end, and what failed on the way to it. It fits 80 columns, and with the checks 24 lines. */
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

export interface SummaryOptions {
  /** Every event, instead of those with the most payloads and the sum of the others. */
  readonly all: boolean;
}

const columns = ["payloads", "handled", "attempts", "retries", "blocked"] as const;
const topCount = 5;

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

const sumOf = (event: string, rows: ReadonlyArray<Row>): Row =>
  rows.reduce(
    (sum, row) => ({
      event,
      payloads: sum.payloads + row.payloads,
      handled: sum.handled + row.handled,
      attempts: sum.attempts + row.attempts,
      retries: sum.retries + row.retries,
      blocked: sum.blocked + row.blocked,
    }),
    { event, payloads: 0, handled: 0, attempts: 0, retries: 0, blocked: 0 },
  );

const topOf = (rows: ReadonlyArray<Row>): ReadonlyArray<Row> => {
  const others = rows.slice(topCount);
  return [...rows.slice(0, topCount), ...(others.length > 0 ? [sumOf(`${others.length} other events`, others)] : [])];
};

const lineOf = (first: string, others: ReadonlyArray<string | number>): string =>
  first.padEnd(30) + others.map((text) => String(text).padStart(9)).join("");

/** Of all runs, by the ledger: a webhook that took more than one attempt had failed before it succeeded. */
const recoveredOf = ({ ledger, webhooks }: Report): string => {
  const again = ledger.filter(({ attempts }) => attempts > 1);
  const failures = again.reduce((sum, { attempts }) => sum + attempts - 1, 0);
  return `recovered: ${again.length} webhooks that failed ${failures} times; blocked: ${webhooks.blocked}, dead: ${webhooks.dead}`;
};

/**
 * One line for each of the events with the most payloads. Handled and attempts are the ledger's, of all runs; retries and
 * blocked are of this run.
 */
export const summaryOf = (report: Report, { all }: SummaryOptions): string => {
  const rows = [...new Set(report.input.map(eventOf))]
    .map((event) => rowOf(event, report))
    .sort((a, b) => b.payloads - a.payloads);
  return [
    lineOf("event", columns),
    ...[...(all ? rows : topOf(rows)), sumOf("total", rows)].map((row) =>
      lineOf(
        row.event,
        columns.map((column) => row[column]),
      ),
    ),
    recoveredOf(report),
  ].join("\n");
};
