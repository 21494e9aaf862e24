/** The makers of event codecs. */
import type { Type } from "io-ts";
import { checkBytesMax, checkCodec } from "../codec/definition.js";
import { checkKey } from "../codec/parts.js";
import { showing } from "../core/inspecting.js";
import { callable, optionsOf, shown } from "../core/options.js";
import { invalidConfig } from "../core/SluiceError.js";
import type {
  ByTag,
  CodecOptions,
  EventCodec,
  EventKind,
  EventMap,
  Joined,
  Personal,
  TagKey,
  Upcast,
} from "./EventCodec.js";
import { typesOf } from "./typesOf.js";

/**
 * The codec of a tagged union of events, whatever the tag's name: each event is stored under the text of its tag as its type.
 *
 * The types are found in an io-ts codec whose tag is a literal (or a `t.keyof`, or a union of literals), also within intersections,
 * refinements, brands, `exact`, `readonly` and recursive codecs. Where they are not, the option `types` says them.
 *
 * Throws `InvalidConfig` for options out of their limits, and for a codec that does not tell its types.
 *
 * @param codec an io-ts codec of the union
 * @param options the tag, and what became of earlier versions
 *
 * @example
 * ```ts
 * import * as t from "io-ts";
 * import { eventCodec } from "sluice/log";
 *
 * const CartEvent = t.union([
 *   t.type({ type: t.literal("ItemAdded"), sku: t.string, qty: t.number }),
 *   t.type({ type: t.literal("CartPaid"), total: t.number }),
 * ]);
 * const cartEvents = eventCodec(CartEvent, {
 *   tag: "type",
 *   upcasts: { ItemAdded: [(v1) => ({ ...(v1 as object), qty: 1 })] }, // version 1 had no quantity
 *   renamed: { CartPayed: "CartPaid" },
 * });
 * console.log([...cartEvents.types]);
 * ```
 */
export const eventCodec = <E, const K extends TagKey<E> & keyof E>(
  codec: Type<E, unknown>,
  options: { readonly tag: K } & CodecOptions<ByTag<E, NoInfer<K>>>,
): EventCodec<ByTag<E, K>> => {
  const { tag } = optionsOf(options, ["tag"]);
  if (typeof tag !== "string")
    throw invalidConfig("tag", `tag must be the name of the property that tells events apart, not ${shown(tag)}.`);
  const known = checkCodec(codec) as Type<unknown, unknown>;
  const resolved = resolve(options as CodecOptions<EventMap>);
  return codecOf(membersOf(known, tag, resolved.types), { tag, resolved });
};

/**
 * The codec of events of one type that bear no tag.
 *
 * Throws `InvalidConfig` for options out of their limits.
 *
 * @param name the name of the type
 * @param codec an io-ts codec of the event
 * @param options what became of earlier versions
 *
 * @example
 * ```ts
 * import * as t from "io-ts";
 * import { eventType } from "sluice/log";
 *
 * const measured = eventType("Measured", t.type({ sensor: t.string, celsius: t.number }));
 * console.log([...measured.types]);
 * ```
 */
export const eventType = <const N extends string, E>(
  name: N,
  codec: Type<E, unknown>,
  options: CodecOptions<{ readonly [T in NoInfer<N>]: E }> = {},
): EventCodec<{ readonly [T in N]: E }> => {
  const known = checkCodec(codec) as Type<unknown, unknown>;
  const resolved = resolve(options as CodecOptions<EventMap>);
  return codecOf(new Map([[checkType("name", name), known]]), { tag: undefined, resolved });
};

/**
 * Several codecs as one, for logs that see the events of all.
 *
 * Throws `InvalidConfig` where two of them have a type of the same name, earlier names included.
 *
 * @example
 * ```ts
 * import * as t from "io-ts";
 * import { eventCodecs, eventType } from "sluice/log";
 *
 * const both = eventCodecs(eventType("Opened", t.type({ by: t.string })), eventType("Closed", t.type({ at: t.number })));
 * console.log([...both.types]);
 * ```
 */
export const eventCodecs = <const C extends ReadonlyArray<EventCodec<EventMap>>>(...codecs: C): Joined<C> => {
  const kinds = new Map<string, EventKind>();
  for (const given of codecs) {
    for (const [name, kind] of checkEventCodec("codecs", given).coding.kinds) {
      if (kinds.has(name))
        throw invalidConfig(
          "codecs",
          `Two of the codecs have events of the type ${JSON.stringify(name)}: give each its own name; renamed says what it was called.`,
        );
      kinds.set(name, kind);
    }
  }
  // The type of what is joined follows from those of its parts.
  return made(kinds) as unknown as Joined<C>;
};

/** An event codec, or `InvalidConfig`. */
export const checkEventCodec = <C extends EventCodec<EventMap>>(option: string, given: C): C => {
  if ((given as Partial<C> | undefined)?.coding?.kinds instanceof Map) return given;
  throw invalidConfig(
    option,
    `${option} must be made by eventCodec, eventType or eventCodecs, not ${shown(given)}; they take io-ts codecs.`,
  );
};

const NAMES = ["upcasts", "renamed", "personal", "types", "eventBytesMax"] as const;

interface Resolved {
  readonly upcasts: Readonly<Record<string, ReadonlyArray<Upcast> | undefined>>;
  readonly renamed: Readonly<Record<string, string>>;
  readonly personal: Readonly<Record<string, Personal<unknown> | undefined>>;
  readonly types: ReadonlyArray<string> | undefined;
  readonly eventBytesMax: number;
}

const resolve = (options: CodecOptions<EventMap>): Resolved => {
  const { upcasts = {}, renamed = {}, personal = {}, types, eventBytesMax } = optionsOf(options, NAMES);
  if (types !== undefined && (!isList(types) || types.length === 0))
    throw invalidConfig("types", `types must be the names of the event types, not ${shown(types)}; or leave it out.`);
  return {
    upcasts,
    renamed,
    personal: personal,
    types,
    eventBytesMax: checkBytesMax("eventBytesMax", eventBytesMax),
  };
};

const isList = (given: unknown): given is ReadonlyArray<unknown> => Array.isArray(given);

const checkType = (option: string, name: string): string => {
  if (name === "") throw invalidConfig(option, `${option} must not be empty: it names a type of events.`);
  return checkKey(option, name);
};

type Members = ReadonlyMap<string, Type<unknown, unknown>>;

const membersOf = (codec: Type<unknown, unknown>, tag: string, types: Resolved["types"]): Members => {
  const found = typesOf(codec, tag);
  if (found === undefined) {
    if (types !== undefined) return new Map(types.map((name) => [checkType("types", name), codec]));
    throw invalidConfig(
      "types",
      `The codec does not tell which texts ${JSON.stringify(tag)} may be, so give the option types: the names of its events. They are found where each member of a t.union has a t.literal there.`,
    );
  }
  for (const name of types ?? [])
    if (!found.has(name)) throw invalidConfig("types", `The codec has no event of the type ${shown(name)}.`);
  if (types !== undefined && new Set(types).size < found.size)
    throw invalidConfig("types", "types leaves out some that the codec has; it may be left out altogether.");
  for (const name of found.keys()) checkType("codec", name);
  return found;
};

const codecOf = <M extends EventMap>(
  members: Members,
  { tag, resolved }: { readonly tag: string | undefined; readonly resolved: Resolved },
): EventCodec<M> => {
  const { upcasts, renamed, personal, eventBytesMax } = resolved;
  const kinds = new Map<string, EventKind>();
  for (const [option, named] of Object.entries({ upcasts, personal }))
    for (const name of Object.keys(named)) ofType(members, option, name);
  for (const [type, codec] of members)
    kinds.set(type, {
      type,
      tag,
      codec,
      upcasts: stepsOf(type, own(upcasts, type)),
      personal: personalOf(type, tag, own(personal, type)),
      eventBytesMax,
    });
  for (const [earlier, type] of Object.entries(renamed)) {
    ofType(members, `renamed.${earlier}`, type);
    const kind = kinds.get(type);
    if (kinds.has(checkType("renamed", earlier)) || kind === undefined)
      throw invalidConfig(
        "renamed",
        `renamed.${earlier} is the name of an event of today: it says what an earlier program called one.`,
      );
    kinds.set(earlier, kind);
  }
  return made<M>(kinds);
};

/** An event may be called as a property that every object has. */
const own = <V>(record: Readonly<Record<string, V>>, name: string): V | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined;

const ofType = (members: Members, option: string, name: string): void => {
  if (!members.has(name))
    throw invalidConfig(option, `${option} names ${shown(name)}, which is no event type of the codec.`);
};

const stepsOf = (type: string, steps: ReadonlyArray<Upcast> | undefined): ReadonlyArray<Upcast> => {
  if (steps === undefined) return [];
  if (!isList(steps)) throw invalidConfig("upcasts", `upcasts.${type} must be an array of functions.`);
  return steps.map((step, i) => callable(`upcasts.${type}[${i}]`, step));
};

const personalOf = (
  type: string,
  tag: string | undefined,
  personal: Personal<unknown> | undefined,
): Personal<unknown> | undefined => {
  if (personal === undefined) return undefined;
  const option = `personal.${type}`;
  const { subject, forgotten } = optionsOf(personal, ["subject", "forgotten"], option);
  callable(`${option}.subject`, subject);
  if (typeof forgotten !== "object" || (forgotten as object | null) === null || isList(forgotten))
    throw invalidConfig(
      `${option}.forgotten`,
      `${option}.forgotten must be an object: the personal fields, each with what it reads as once it is forgotten.`,
    );
  const fields = Object.keys(forgotten);
  if (fields.length === 0 || (tag !== undefined && fields.includes(tag)))
    throw invalidConfig(
      `${option}.forgotten`,
      `${option}.forgotten must name at least one field, and not the tag: the type of an event is stored in the clear.`,
    );
  return { subject, forgotten };
};

const made = <M extends EventMap>(kinds: ReadonlyMap<string, EventKind>): EventCodec<M> => {
  const types = new Set([...kinds.values()].map(({ type }) => type));
  const tags = new Set([...kinds.values()].flatMap(({ tag }) => tag ?? []));
  const codec = { types, coding: { kinds, tags: [...tags] } };
  // The events stand in the type of a codec alone.
  return showing(codec, "EventCodec", { types: [...types] }) as unknown as EventCodec<M>;
};
