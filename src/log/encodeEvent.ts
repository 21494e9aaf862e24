/** Events as they are stored. */
import { type Either, isLeft, left, right } from "fp-ts/lib/Either.js";
import { encodePayload } from "../codec/envelope.js";
import { ask } from "../core/ask.js";
import { encodeRefused, type SluiceError } from "../core/SluiceError.js";
import type { Coding, EventKind } from "./EventCodec.js";

/** The text of an event's data, by the rules of every payload. */
export const encodeEvent = (kind: EventKind, event: unknown): Either<SluiceError, string> =>
  encodePayload(kind.codec, event, { bytesMax: kind.eventBytesMax, option: "eventBytesMax" });

/**
 * The kind of an event: that of its tag, or the one whose codec takes it. Of several the one whose codec takes it; where that is not
 * one alone, the event is refused.
 */
export const kindOfEvent = (coding: Coding, event: unknown): Either<SluiceError, EventKind> => {
  const found = ask("event", () => {
    const named = tagged(coding, event);
    if (named.length === 1) return named;
    const kinds = named.length > 0 ? named : untagged(coding);
    // The only one refuses by its codec, which says why.
    if (kinds.length === 1 && coding.tags.length === 0) return kinds;
    return kinds.filter(({ codec }) => codec.is(event));
  });
  if (isLeft(found)) return found;
  const [kind, second] = found.right;
  if (kind === undefined) return left(encodeRefused([`an event must be one of ${namesOf(coding)}`]));
  if (second !== undefined)
    return left(
      encodeRefused([
        `the event may be a ${kind.type} or a ${second.type}: give them a tag, or append by a log of one of their codecs`,
      ]),
    );
  return right(kind);
};

/** The kinds that the event names by its tag, each once. */
const tagged = ({ kinds, tags }: Coding, event: unknown): ReadonlyArray<EventKind> => {
  const found: Array<EventKind> = [];
  if (typeof event !== "object" || event === null) return found;
  for (const tag of tags) {
    const name = (event as Readonly<Record<string, unknown>>)[tag];
    const kind = typeof name === "string" ? kinds.get(name) : undefined;
    if (kind?.tag === tag && kind.type === name && !found.includes(kind)) found.push(kind);
  }
  return found;
};

const untagged = ({ kinds }: Coding): ReadonlyArray<EventKind> => [
  ...new Set([...kinds.values()].filter(({ tag }) => tag === undefined)),
];

const NAMES_MAX = 10;

const namesOf = ({ kinds }: Coding): string => {
  const names = [...new Set([...kinds.values()].map(({ type }) => type))];
  return names.slice(0, NAMES_MAX).join(", ") + (names.length > NAMES_MAX ? ", …" : "");
};
