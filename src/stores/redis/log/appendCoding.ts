/** How an append travels in a write of any steps. */
import { escapeText } from "../../../core/escapeText.js";
import { positionOf, tailOf } from "../../../core/Position.js";
import type { AppendedResult, AppendStep } from "../../../core/steps/Append.js";
import type { StepCoding } from "../write/StepCoding.js";
import { encodeEvent, expectedText } from "./eventText.js";

export const Append: StepCoding<AppendStep, AppendedResult> = {
  noun: "l",
  encode: ({ stream, expected, events, closes }, body) => {
    const { args, keys } = body;
    args.push("p", body.number(keys.log), escapeText(stream), expectedText(expected), closes ? "c" : "");
    args.push(String(events.length));
    for (const event of events) args.push(encodeEvent(stream, event));
  },
  result: (word, { events }) => {
    const [version, place] = word.split(":").map(Number) as [number, number];
    const last = events.at(-1);
    return { _tag: "Appended", version, position: last && positionOf(place, tailOf(last.id)) };
  },
  subject: ({ stream }) => `stream ${stream}`,
  frees: false,
  cheap: () => false,
};
