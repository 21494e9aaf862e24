/** What aggregates tell of their work, for logs. */

import { throwError } from "rxjs";
import { describeCause } from "../core/cause.js";
import { type Logger, Warnings } from "../port/Warnings.js";

export type Severity = "debug" | "info" | "warning" | "error";

/** One thing that happened. States, events and commands are never in it; the cause is what was thrown. */
export interface LogEntry {
  /**
   * `Hydrated`: its state was made from its snapshot and events. `Hit`: its state was in the pool. `Evicted`: it left the pool. `Decided`:
   * events were stored. `Refused`: the domain refused the command. `Conflict`: another was faster, so the command is decided again.
   * `Snapshot`: one was stored, or (with a cause) could not be stored or read. `DeciderThrew`, `HandlerThrew`: a function of the
   * definition threw. `WentBack`: the log has not what was known of this aggregate; its state was made anew from what is there.
   */
  readonly _tag: LogEntryTag;
  readonly severity: Severity;
  readonly id: string;
  readonly version: number;
  readonly cause?: unknown;
}

export type LogEntryTag =
  | "Hydrated"
  | "Hit"
  | "Evicted"
  | "Decided"
  | "Refused"
  | "Conflict"
  | "Snapshot"
  | "DeciderThrew"
  | "HandlerThrew"
  | "WentBack";

/** Which aggregate, and at which version it is. */
export interface About {
  readonly id: string;
  readonly version: number;
}

/** How severe each is, without a cause and with one. */
const severities: { readonly [T in LogEntryTag]: readonly [plain: Severity, caused: Severity] } = {
  Hydrated: ["debug", "debug"],
  Hit: ["debug", "debug"],
  Evicted: ["info", "info"],
  Decided: ["info", "info"],
  Refused: ["info", "info"],
  Conflict: ["info", "info"],
  Snapshot: ["debug", "warning"],
  DeciderThrew: ["error", "error"],
  HandlerThrew: ["error", "error"],
  WentBack: ["error", "error"],
};

export type EntryLogger = (entry: LogEntry) => void;

/** Hands entries to the logger of the definition. Without one, warnings and errors are those of the store, or of the process. */
export class EntrySink {
  private readonly warnings: Warnings;

  constructor(
    private readonly category: string,
    private readonly logger: EntryLogger | undefined,
    storeLogger: Logger | undefined,
  ) {
    this.warnings = new Warnings(storeLogger);
  }

  tell(_tag: LogEntryTag, { id, version }: About, cause?: unknown): void {
    const severity = severities[_tag][cause === undefined ? 0 : 1];
    if (this.logger !== undefined)
      this.log(this.logger, { _tag, severity, id, version, ...(cause === undefined ? {} : { cause }) });
    else if (severity === "warning" || severity === "error") this.warn(_tag, { id, version }, cause);
  }

  /** A logger that throws breaks no command. What it throws is reported as rxjs reports unhandled errors. */
  private log(logger: EntryLogger, entry: LogEntry): void {
    try {
      logger(entry);
    } catch (cause) {
      throwError(() => cause).subscribe();
    }
  }

  private warn(tag: LogEntryTag, { id, version }: About, cause: unknown): void {
    this.warnings.warn(false, {
      code: `SLUICE_AGGREGATE_${tag.replace(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase()}`,
      sentence: `Aggregate ${JSON.stringify(`${this.category}/${id}`)} at version ${version}: ${tag}${cause === undefined ? "" : ` (${describeCause(cause)})`}. Give its definition a logger to hear of each.`,
      fields: { category: this.category, id, version, cause: cause === undefined ? undefined : describeCause(cause) },
    });
  }
}
