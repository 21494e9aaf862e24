/** Where the counts are shown: a table that is drawn again and again on a terminal, plain lines elsewhere. */
import { rowsOf, type Table, totalOf } from "./Table.js";

export interface Screen {
  readonly show: (table: Table) => void;
  /** A line that stays. */
  readonly say: (line: string) => void;
}

/** Standard output, or what stands in for it. */
export interface Output {
  readonly isTTY?: boolean | undefined;
  readonly write: (text: string) => unknown;
}

const page = (out: Output): Screen => {
  let drawn: ReadonlyArray<string> = [];
  // To where the table begins, and all below erased.
  const anew = (): string => (drawn.length === 0 ? "" : `\u001b[${drawn.length}A\u001b[J`);
  const text = (rows: ReadonlyArray<string>): string => rows.map((row) => `${row}\n`).join("");
  return {
    show: (table) => {
      const rows = rowsOf(table);
      if (rows.join("\n") === drawn.join("\n")) return;
      out.write(anew() + text(rows));
      drawn = rows;
    },
    say: (line) => {
      out.write(`${anew()}${line}\n${text(drawn)}`);
    },
  };
};

/** A line whenever another hundred of the dispatches has a result; the table at the end. */
const lines = (out: Output): Screen => {
  let told = 0;
  return {
    show: (table) => {
      const all = totalOf(table);
      const done = all - totalOf(table, ["ongoing"]);
      if (Math.floor(done / 100) <= told) return;
      told = Math.floor(done / 100);
      out.write(`${done} of ${all} dispatches have a result\n`);
    },
    say: (line) => {
      out.write(`${line}\n`);
    },
  };
};

export const screenOn = (out: Output): Screen => (out.isTTY === true ? page(out) : lines(out));
