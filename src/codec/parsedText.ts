/** Codecs of texts that the library makes, and that come back from outside of the process: by HTTP, in JSON. */
import { failure, success, Type } from "io-ts";

/** Takes what `parse` takes, as that answers it. Its `is` takes the form alone in which such texts are compared and stored. */
export const parsedText = <T extends string>(name: string, parse: (text: string) => T | undefined): Type<T, string> =>
  new Type(
    name,
    (value): value is T => typeof value === "string" && parse(value) === value,
    (value, context) => {
      const parsed = typeof value === "string" ? parse(value) : undefined;
      return parsed === undefined ? failure(value, context) : success(parsed);
    },
    (text) => text,
  );
