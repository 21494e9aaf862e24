/** The maker of reactions. */

import { checkKey } from "../codec/parts.js";
import { makeBackoff } from "../core/Backoff.js";
import { utf8Length } from "../core/bytes.js";
import { showing } from "../core/inspecting.js";
import { callable, DURATION_MS_MAX, optionsOf, realNumber, shown, wholeNumber } from "../core/options.js";
import { type Position, parsePosition } from "../core/Position.js";
import { invalidConfig } from "../core/SluiceError.js";
import type { EventCodec, EventMap } from "../log/EventCodec.js";
import { checkEventCodec } from "../log/makeEventCodec.js";
import type { ReactionParts, Target } from "./parts.js";
import type { EventsOf, On, Reaction, ReactionOptions } from "./Reaction.js";

/** The lane of a reaction that names none. */
export const DEFAULT_LANE = "default";

const NAME_BYTES_MAX = 128;
const LANE = /^[A-Za-z][A-Za-z0-9_.-]{0,31}$/;

/**
 * The events of these types, for a reaction: `on(codec, "OrderPaid").do(handler)`.
 *
 * Throws `InvalidConfig` for what is no event codec, and for a type that it does not have.
 *
 * @param codec made by `eventCodec`, `eventType` or `eventCodecs`
 * @param types one type at least
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import * as t from "io-ts";
 * import { broker, on } from "sluice/broker";
 * import { eventLog, eventType } from "sluice/log";
 * import { memoryStore } from "sluice/memory";
 *
 * const store = memoryStore();
 * const codec = eventType("Paid", t.type({ amount: t.number }));
 * const amounts: Array<number> = [];
 * const count = on(codec, "Paid").do(async ({ event }) => amounts.push(event.amount), { name: "count" }).to("ledger");
 * const books = broker(store, { name: "books", reactions: [count] });
 * await eventLog(store, codec).append("cart/1", [{ amount: 30 }, { amount: 12 }]);
 * const { acked } = await books.runUntilIdle();
 * assert.deepEqual([acked, amounts], [2, [30, 12]]);
 * ```
 */
export const on = <M extends EventMap, const K extends readonly [keyof M & string, ...ReadonlyArray<keyof M & string>]>(
  codec: EventCodec<M>,
  ...types: K
): On<EventsOf<M, K>> => {
  const { coding } = checkEventCodec("codec", codec);
  const wanted = new Set<string>(types);
  if (wanted.size === 0) throw invalidConfig("types", "types must name one event type of the codec at least.");
  for (const type of wanted)
    if (!codec.types.has(type)) throw invalidConfig("types", `The codec has no event of the type ${shown(type)}.`);
  const storedAs = [...coding.kinds].flatMap(([name, { type }]) => (wanted.has(type) ? [name] : []));
  const face = {
    do: (handler: Asked["handler"], options: Asked["options"] = {}): object =>
      doing({ coding, storedAs }, { handler: callable("handler", handler), options, types: [...wanted] }),
  };
  // Its handlers are given what the codec decodes, and what they answer decides its types alone.
  return showing(face, "On", { types: [...wanted] }) as unknown as On<EventsOf<M, K>>;
};

interface Asked {
  readonly handler: (recorded: never, context: never) => unknown;
  readonly options: ReactionOptions<never, string>;
  readonly types: ReadonlyArray<string>;
}

const NAMES = [
  "name",
  "attemptsMax",
  "backoff",
  "blockOnError",
  "timeoutMs",
  "from",
  "without",
  "lane",
  "priority",
] as const;

const doing = (events: Pick<ReactionParts, "coding" | "storedAs">, { handler, options, types }: Asked): object => {
  const given = optionsOf(options, NAMES);
  const {
    attemptsMax = 4,
    backoff = {},
    timeoutMs = 300_000,
    from = "start",
    lane = DEFAULT_LANE,
    priority = 0,
  } = given;
  const reaction: Named = { name: nameOf(given.name, handler, types), types, lane: checkLane(lane) };
  const parts: ReactionParts = {
    ...events,
    // It is called with events of these types alone, as its own type says; here they are of any type.
    handler: handler as unknown as ReactionParts["handler"],
    without: checkTypes(given.without ?? []),
    followUp: undefined,
    target: { is: "its own stream" },
    attemptsMax: attemptsOf(attemptsMax),
    backoff: makeBackoff(optionsOf(backoff, BACKOFF, "backoff")),
    blockOnError: checkFlag("blockOnError", given.blockOnError ?? true),
    timeoutMs:
      timeoutMs === Number.POSITIVE_INFINITY
        ? timeoutMs
        : realNumber("timeoutMs", timeoutMs, { min: 0, max: DURATION_MS_MAX }),
    from: checkFrom(from),
    priority:
      typeof priority === "function"
        ? (priority as ReactionParts["priority"])
        : wholeNumber("priority", priority, { min: 0, max: 9 }),
  };
  // The types of the events, of the result and of the lane stand in the face alone.
  return withFollowUp(reaction, parts);
};

const BACKOFF = ["initialMs", "growth", "factor", "delayMsMax", "jitter"] as const;

interface Named {
  readonly name: string;
  readonly types: ReadonlyArray<string>;
  readonly lane: string;
}

const reactionOf = (named: Named, parts: ReactionParts): object =>
  showing({ ...named, parts }, "Reaction", { ...named });

const withTarget = (named: Named, parts: ReactionParts): object =>
  Object.assign(reactionOf(named, parts), {
    to: (target: unknown) => reactionOf(named, { ...parts, target: checkTarget(target) }),
    void: () => reactionOf(named, { ...parts, target: { is: "nowhere" } }),
  });

const withFollowUp = (named: Named, parts: ReactionParts): object =>
  Object.assign(withTarget(named, parts), {
    followUp: (next: ReactionParts["followUp"]) => withTarget(named, { ...parts, followUp: callable("next", next) }),
  });

const nameOf = (given: string | undefined, handler: Asked["handler"], types: ReadonlyArray<string>): string => {
  const name = given ?? (handler.name === "" ? types.join(", ") : handler.name);
  if (
    typeof name === "string" &&
    name !== "" &&
    name !== "__proto__" &&
    isText(name) &&
    utf8Length(name) <= NAME_BYTES_MAX
  )
    return name;
  const said =
    given === undefined
      ? "which the function and the types of events make: give it a shorter one by the option name"
      : "it names the reaction from version to version of the program";
  throw invalidConfig(
    "name",
    `name must be a text of 1 to ${NAME_BYTES_MAX} UTF-8 bytes, not ${shown(name)}: ${said}.`,
  );
};

/** Half of a pair of UTF-16 has no UTF-8 of its own, so a store would give back another name. */
const isText = (name: string): boolean => !/\p{Surrogate}/u.test(name);

export const checkLane = (lane: string): string => {
  if (typeof lane === "string" && LANE.test(lane)) return lane;
  throw invalidConfig(
    "lane",
    `lane must be a letter, then up to 31 letters, digits and _ . - only, not ${shown(lane)}.`,
  );
};

const checkTypes = (types: ReadonlyArray<string>): ReadonlyArray<string> => {
  const isList = (given: unknown): boolean => Array.isArray(given);
  if (isList(types) && types.every((type) => typeof type === "string")) return [...types];
  throw invalidConfig("without", `without must be an array of names of event types, not ${shown(types)}.`);
};

const checkFlag = (option: string, value: boolean): boolean => {
  if (typeof value === "boolean") return value;
  throw invalidConfig(option, `${option} must be true or false, not ${shown(value)}.`);
};

const checkTarget = (target: unknown): Target => {
  if (typeof target === "function") return { is: "found", of: target as Extract<Target, { is: "found" }>["of"] };
  if (typeof target !== "string" || target === "")
    throw invalidConfig(
      "target",
      `target must be the name of a stream, or a function that answers one, not ${shown(target)}.`,
    );
  return { is: "fixed", stream: checkKey("target", target) };
};

const attemptsOf = (attemptsMax: number): number =>
  attemptsMax === Number.POSITIVE_INFINITY
    ? attemptsMax
    : wholeNumber("attemptsMax", attemptsMax, { min: 1, max: 1_000 });

/** How many sources it may be of, the broker knows. */
const checkFrom = (from: Position | "start" | "end"): Position | "start" | "end" => {
  if (from === "start" || from === "end") return from;
  if (typeof from === "string" && from.split(",").every((part) => part === "-" || parsePosition(part) !== undefined))
    return from;
  throw invalidConfig("from", `from must be "start", "end" or a position, not ${shown(from)}.`);
};

/** A reaction made by `on`, or `InvalidConfig`. */
export const checkReaction = (given: Reaction): Reaction => {
  if (typeof (given as Partial<Reaction> | undefined)?.parts?.handler === "function") return given;
  throw invalidConfig("reactions", `reactions must be made by on(codec, …types).do(handler), not ${shown(given)}.`);
};
