/** Says how far the work is: a bar on a terminal, a plain line for every hundred webhooks elsewhere. */

interface Done {
  readonly handled: number;
  readonly retries: number;
}

export interface Progress {
  readonly show: (done: Done) => void;
  /** A line of its own; a bar goes on below it. */
  readonly say: (line: string) => void;
  /** Nothing more is shown; a bar stays where it is. */
  readonly end: () => void;
}

/** Where it is shown: standard output, or what stands in for it. */
export interface Output {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly write: (text: string) => unknown;
}

const columnsMax = 80;
/** To the start of the line, and the rest of it erased. */
const anew = "\r\u001b[K";

const bar = (out: Output, total: number): Progress => {
  let last: string | undefined;
  const draw = ({ handled, retries }: Done): string => {
    const text = ` ${handled} of ${total} handled, ${retries} retries`;
    // Room is left for the ^C of a terminal: behind a full line it would begin a new one.
    const width = Math.max(0, Math.min(out.columns ?? columnsMax, columnsMax) - text.length - 5);
    const full = total === 0 ? width : Math.floor((width * Math.min(handled, total)) / total);
    return `[${"#".repeat(full)}${".".repeat(width - full)}]${text}`;
  };
  return {
    show: (done) => {
      last = draw(done);
      out.write(anew + last);
    },
    say: (line) => {
      out.write(`${last === undefined ? "" : anew}${line}\n${last ?? ""}`);
    },
    end: () => {
      if (last !== undefined) out.write("\n");
      last = undefined;
    },
  };
};

const lines = (out: Output, total: number): Progress => {
  let told = 0;
  return {
    show: ({ handled, retries }) => {
      if (handled === told || (handled % 100 !== 0 && handled !== total)) return;
      told = handled;
      out.write(`${handled} of ${total} handled, ${retries} retries\n`);
    },
    say: (line) => {
      out.write(`${line}\n`);
    },
    end: () => undefined,
  };
};

export const progressOn = (out: Output, total: number): Progress =>
  out.isTTY === true ? bar(out, total) : lines(out, total);
