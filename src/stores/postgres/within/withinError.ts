/** What an error within the user's transaction means: there nothing is tried again, since the transaction is over. */
import { invalidConfig, type SluiceError } from "../../../core/SluiceError.js";
import { isPassing, toStoreError } from "../connection/errors.js";
import { stripped } from "../connection/strip.js";

/** By the code of the server: what has no cause but the transaction itself. */
const sentences: ReadonlyMap<unknown, string> = new Map([
  [
    "25P02",
    "The transaction has failed before, at a statement that was refused, so nothing can be written in it any more: roll it back, and repeat it as a whole.",
  ],
  ["25006", 'The transaction is read only, so nothing can be written in it; begin it with "begin read write".'],
]);

export const withinError = (raw: unknown): SluiceError => {
  const cause = stripped(raw);
  const { code } = cause as { readonly code?: unknown };
  const sentence = sentences.get(code);
  if (sentence !== undefined) return invalidConfig("client", sentence);
  if (isPassing(cause)) cause.message += "; the transaction is over, so roll it back and repeat it as a whole";
  return toStoreError(cause);
};
