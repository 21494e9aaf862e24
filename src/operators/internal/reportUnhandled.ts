/** Reports errors that no subscriber can be told. */
import { throwError } from "rxjs";

/**
 * Reports an error as rxjs does without an error handler: by `config.onUnhandledError`, else as an uncaught error.
 *
 * @internal
 */
export const reportUnhandled = (cause: unknown): void => {
  throwError(() => cause).subscribe();
};
