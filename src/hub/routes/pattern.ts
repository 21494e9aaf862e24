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
    return right(plainPattern(source) ?? ((text) => compiled.test(text)));
  } catch (cause) {
    return left(`is no regular expression of RE2 (${describeMessage(cause)})`);
  }
};

/**
 * Most patterns of routes ask for a text, or one of several, at the beginning, at the end or anywhere. The engine takes some microseconds for
 * that, and the methods of a string some nanoseconds. Undefined for any other pattern.
 */
export const plainPattern = (source: string): Pattern | undefined => {
  const parts = PLAIN.exec(source)?.groups;
  if (parts === undefined) return undefined;
  const { begin, group, text = "", rest, end } = parts;
  // `.*` takes no line break, so up to the end it asks for more than the text before it does.
  if (rest !== undefined && end !== undefined) return undefined;
  const texts = (group ?? text).split("|").map((one) => one.replaceAll("\\", ""));
  const [only = ""] = texts;
  const finds = methodOf(begin !== undefined, end !== undefined);
  return texts.length === 1 ? (given) => finds(given, only) : (given) => texts.some((one) => finds(given, one));
};

const methodOf = (begins: boolean, ends: boolean): ((given: string, text: string) => boolean) => {
  if (begins && ends) return (given, text) => given === text;
  if (begins) return (given, text) => given.startsWith(text);
  return ends ? (given, text) => given.endsWith(text) : (given, text) => given.includes(text);
};

/** A character that means itself: no sign of the syntax, and no half of one. */
const LITERAL = String.raw`(?:[^\\.+*?()|[\]{}^$\ud800-\udfff]|\\[.+*?()[\]{}^$/-])`;
const PLAIN = new RegExp(
  String.raw`^(?<begin>\^)?(?:\((?:\?:)?(?<group>${LITERAL}*(?:\|${LITERAL}*)*)\)|(?<text>${LITERAL}*))(?<rest>\.\*)?(?<end>\$)?$`,
  "u",
);
