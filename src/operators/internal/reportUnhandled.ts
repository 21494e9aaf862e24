/** Errors that have nobody to go to. */
import { throwError } from "rxjs";

/**
 * Reports an error the way rxjs does where no error handler is subscribed: `config.onUnhandledError`, else an uncaught one.
 *
 * @internal
 */
export const reportUnhandled = (cause: unknown): void => {
  throwError(() => cause).subscribe();
};
