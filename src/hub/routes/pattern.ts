/** Regular expressions in linear time: a pattern of a config meets payloads of strangers, and none of these may stop the hub. */
import { type Either, left, right } from "fp-ts/lib/Either.js";
import { RE2JS } from "re2js";
import { describeMessage } from "../../core/cause.js";

/** Whether the pattern finds something in a text. */
export type Pattern = (text: string) => boolean;

/** A pattern in the syntax of RE2, or why it is none. */
export const compilePattern = (source: string): Either<string, Pattern> => {
  try {
    const compiled = RE2JS.compile(source);
    return right((text) => compiled.matcher(text).find());
  } catch (cause) {
    return left(`is no regular expression of RE2 (${describeMessage(cause)})`);
  }
};
