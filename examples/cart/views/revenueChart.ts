/** The revenue, payment by payment, as a drawing of the server: it needs no script, and no style that the policy would refuse. */
import type { Revenue } from "../revenue.js";
import { type Html, html } from "./Html.js";
import { money, shortMoney } from "./texts.js";

const width = 640;
const height = 180;
const edge = 12;
/** Where the drawing begins: the amounts stand before it. */
const left = 76;

interface Point {
  readonly x: number;
  readonly y: number;
}

const round = (value: number): number => Math.round(value * 10) / 10;

/** What was there before the first payment that is shown, and what with each. It never falls. */
const sumsOf = ({ latest }: Revenue): ReadonlyArray<number> => {
  const [first] = latest;
  return first === undefined ? [] : [first.sum - first.total, ...latest.map(({ sum }) => sum)];
};

const pointsOf = (sums: ReadonlyArray<number>): ReadonlyArray<Point> => {
  const least = sums.at(0) ?? 0;
  const span = (sums.at(-1) ?? 0) - least || 1;
  return sums.map((sum, i) => ({
    x: round(left + (i * (width - left - edge)) / (sums.length - 1)),
    y: round(height - edge - ((sum - least) * (height - 2 * edge)) / span),
  }));
};

export const revenueChart = (revenue: Revenue): Html => {
  const sums = sumsOf(revenue);
  const points = pointsOf(sums);
  const last = points.at(-1);
  if (last === undefined) return html`<p class="empty chart">The first paid cart begins the chart.</p>`;
  const line = points.map(({ x, y }) => `${x},${y}`).join(" ");
  const base = height - edge;
  const grid = [0, 1, 2, 3].map((n) => round(edge + (n * (height - 2 * edge)) / 3));
  return html`<svg class="chart" viewBox="0 0 ${width} ${height}" role="img" aria-label="Revenue over the last ${revenue.latest.length} payments, now ${money(revenue.total)}">
    ${grid.map((y) => html`<line class="rule" x1="${left}" x2="${width - edge}" y1="${y}" y2="${y}"></line>`)}
    <polygon class="area" points="${left},${base} ${line} ${last.x},${base}"></polygon>
    <polyline class="line" points="${line}"></polyline>
    ${points.slice(1).map(({ x, y }, i) => {
      const payment = revenue.latest[i];
      return html`<circle class="dot" cx="${x}" cy="${y}" r="3.5"><title>${payment && `${payment.cart}: ${money(payment.total)}`}</title></circle>`;
    })}
    <text x="${left - 8}" y="${edge + 4}">${shortMoney(sums.at(-1) ?? 0)}</text>
    <text x="${left - 8}" y="${base + 4}">${shortMoney(sums.at(0) ?? 0)}</text>
  </svg>`;
};
