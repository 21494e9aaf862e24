/**
 * What people should hear of, also where a program does not subscribe to `events$`. The first of each kind is a warning of the
 * process; later ones would drown the rest of its output. A logger is told each.
 */
import { throwError } from "rxjs";

/** Where warnings go instead of the process's own: `console` is one. */
export interface Logger {
  /** Payloads and credentials are never in it. */
  readonly warn: (sentence: string, fields: Readonly<Record<string, unknown>>) => void;
}

export interface Warning {
  /** The kind of the warning, such as `SLUICE_EXPIRED`. */
  readonly code: string;
  readonly sentence: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export class Warnings {
  private readonly told = new Set<string>();

  constructor(private readonly logger: Logger | undefined) {}

  /** `heard`: somebody listens to the event that says the same. */
  warn(heard: boolean, { code, sentence, fields }: Warning): void {
    if (this.logger !== undefined) log(this.logger, sentence, { code, ...fields });
    else if (!heard && !this.told.has(code)) {
      this.told.add(code);
      process.emitWarning(sentence, { type: "SluiceWarning", code });
    }
  }
}

// A logger that throws must break neither a settlement nor a connection. What it throws is reported as rxjs reports unhandled errors.
const log = (logger: Logger, sentence: string, fields: Warning["fields"]): void => {
  try {
    logger.warn(sentence, fields);
  } catch (cause) {
    throwError(() => cause).subscribe();
  }
};
