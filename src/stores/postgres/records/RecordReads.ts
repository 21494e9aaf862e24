/** Reads of records by name. Those that are asked for in one turn leave as one call: a process that handles many messages at once reads for each. */
import type { RecordName } from "../../../core/steps/recordSteps.js";
import type { StoredRecord } from "../../../port/RecordPort.js";
import type { Calls } from "../connection/Calls.js";
import type { CallEnd } from "../connection/Connection.js";
import { getRecordsCall } from "./recordCalls.js";

/** Names in one call, but for those of a single read: as many as a read may have. */
const NAMES_MAX = 1_000;

type Found = ReadonlyArray<StoredRecord | undefined>;

interface Read {
  readonly names: ReadonlyArray<RecordName>;
  readonly end: CallEnd<Found>;
}

export class RecordReads {
  private asked: Array<Read> = [];

  constructor(
    private readonly calls: Pick<Calls, "run">,
    private readonly given: () => number | null,
  ) {}

  /** Reads these, one at least. */
  get(names: ReadonlyArray<RecordName>, end: CallEnd<Found>): void {
    this.asked.push({ names, end });
    if (this.asked.length === 1) queueMicrotask(() => this.send());
  }

  private send(): void {
    const reads = this.asked;
    this.asked = [];
    let from = 0;
    let count = 0;
    reads.forEach(({ names }, i) => {
      if (i > from && count + names.length > NAMES_MAX) {
        this.call(reads.slice(from, i));
        from = i;
        count = 0;
      }
      count += names.length;
    });
    this.call(reads.slice(from));
  }

  private call(reads: ReadonlyArray<Read>): void {
    const { name, request, read } = getRecordsCall(
      reads.flatMap(({ names }) => names),
      this.given(),
    );
    const done = (found: Found): void => this.tell(reads, found);
    const failed = (cause: unknown): void => {
      for (const { end } of reads) end.failed(cause);
    };
    this.calls.run({ way: "any", name, text: JSON.stringify(request), read }, { done, failed });
  }

  /** Tells each read its own. The server answers as many as fit, so what the last ones asked for may not be there: they are read anew. */
  private tell(reads: ReadonlyArray<Read>, found: Found): void {
    let at = 0;
    for (const [i, { names, end }] of reads.entries()) {
      if (at >= found.length) {
        this.call(reads.slice(i));
        return;
      }
      end.done(found.slice(at, at + names.length));
      at += names.length;
    }
  }
}
