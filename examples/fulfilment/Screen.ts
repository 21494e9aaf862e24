/** Where the work is shown: a page that is drawn again and again on a terminal, plain lines elsewhere. */
import type { LaneView, RegionView, View } from "./View.js";

export interface Screen {
  readonly show: (view: View) => void;
  /** A line that stays. */
  readonly say: (line: string) => void;
  /** Nothing more is shown; a page stays where it is. */
  readonly end: () => void;
}

/** Standard output, or what stands in for it. */
export interface Output {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly write: (text: string) => unknown;
}

const columnsMax = 100;

const progressOf = ({ tally: { placed, paid, shipped, refused } }: View): string =>
  `${placed} placed, ${paid} paid, ${shipped} shipped, ${refused} refused`;

const laneRow = ({ name, lag, pending, blocked }: LaneView): string =>
  `  ${name.padEnd(14)}${String(lag).padStart(5)}${String(pending).padStart(9)}${String(blocked).padStart(9)}`;

const regionRow = ({ target, position, lag, blocked }: RegionView): string =>
  `  ${target.padEnd(14)}${String(lag).padStart(5)}  ${(position ?? "the start").padEnd(18)}${blocked === undefined ? "" : `  BLOCKED at ${blocked}`}`;

/** Every row of the page. */
export const rowsOf = (view: View): ReadonlyArray<string> => [
  progressOf(view),
  "  lane            lag  pending  blocked",
  ...view.lanes.map(laneRow),
  "  target          lag  position",
  ...view.regions.map(regionRow),
];

const page = (out: Output): Screen => {
  let drawn: ReadonlyArray<string> = [];
  // To where the page begins, and all below erased.
  const anew = (): string => (drawn.length === 0 ? "" : `\u001b[${drawn.length}A\u001b[J`);
  const text = (rows: ReadonlyArray<string>): string => rows.map((row) => `${row}\n`).join("");
  return {
    show: (view) => {
      // A row that goes on in the next line would be in the way of the next drawing.
      const width = Math.min(out.columns ?? columnsMax, columnsMax);
      const rows = rowsOf(view).map((row) => row.slice(0, width));
      if (rows.join("\n") === drawn.join("\n")) return;
      out.write(anew() + text(rows));
      drawn = rows;
    },
    say: (line) => {
      out.write(`${anew()}${line}\n${text(drawn)}`);
    },
    end: () => {
      drawn = [];
    },
  };
};

/** A line whenever a quarter more of the orders has come to its end. */
const lines = (out: Output): Screen => {
  let told = 0;
  return {
    show: (view) => {
      const { placed, shipped, refused } = view.tally;
      const quarter = placed === 0 ? 0 : Math.floor((4 * (shipped + refused)) / placed);
      if (quarter <= told) return;
      told = quarter;
      out.write(`${progressOf(view)}\n`);
    },
    say: (line) => {
      out.write(`${line}\n`);
    },
    end: () => undefined,
  };
};

export const screenOn = (out: Output): Screen => (out.isTTY === true ? page(out) : lines(out));
