/** Destinations and their results, as counts and as rows for people. */
import type { Status, StatusCounts } from "sluice/hub";

/** By destination. */
export type Table = Readonly<Record<string, StatusCounts>>;

const statuses: ReadonlyArray<Status> = ["ongoing", "complete", "ignored", "failed", "misconfigured", "lost"];

const sum = (numbers: ReadonlyArray<number>): number => numbers.reduce((all, one) => all + one, 0);

/** Of all destinations, or of one. */
export const totalOf = (table: Table, among: ReadonlyArray<Status> = statuses): number =>
  sum(Object.values(table).flatMap((counts) => among.map((status) => counts[status])));

const cells = (first: string, others: ReadonlyArray<string | number>): string =>
  first.padEnd(10) + others.map((one, i) => String(one).padStart((columns[i] ?? "").length + 2)).join("");

const columns: ReadonlyArray<string> = [...statuses, "all"];

/** A row for each destination, and the sums below. */
export const rowsOf = (table: Table): ReadonlyArray<string> => [
  cells("", columns),
  ...Object.entries(table).map(([destination, counts]) =>
    cells(destination, [...statuses.map((status) => counts[status]), sum(Object.values(counts))]),
  ),
  cells("all", [...statuses.map((status) => totalOf(table, [status])), totalOf(table)]),
];
