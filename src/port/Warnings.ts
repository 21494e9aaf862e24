/**
 * What people should hear of although nobody asked: a program without a subscriber of `events$` is not one where nothing
 * happens. The first of each kind is a warning of the process, as later ones would drown what else it says; a logger is told each.
 */
import { throwError } from "rxjs";

/** Where warnings go instead of the process's own: `console` is one. */
export interface Logger {
  /** Payloads and credentials are never in it. */
  readonly warn: (sentence: string, fields: Readonly<Record<string, unknown>>) => void;
}

export interface Warning {
  /** Its kind, such as `SLUICE_EXPIRED`. */
  readonly code: string;
  readonly sentence: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export class Warnings {
  private readonly told = new Set<string>();

  constructor(private readonly logger: Logger | undefined) {}

  /** `heard`: somebody listens to the event of it. */
  warn(heard: boolean, { code, sentence, fields }: Warning): void {
    if (this.logger !== undefined) log(this.logger, sentence, { code, ...fields });
    else if (!heard && !this.told.has(code)) {
      this.told.add(code);
      process.emitWarning(sentence, { type: "SluiceWarning", code });
    }
  }
}

// A logger that throws must break neither a settlement nor a connection: it is reported as rxjs reports what nobody handles.
const log = (logger: Logger, sentence: string, fields: Warning["fields"]): void => {
  try {
    logger.warn(sentence, fields);
  } catch (cause) {
    throwError(() => cause).subscribe();
  }
};
