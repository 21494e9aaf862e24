/** What a collection of records is, apart from where it is kept: a name, a codec, its indexes, and limits. */
import type { Type } from "io-ts";
import { checkBytesMax, checkCodec } from "../codec/definition.js";
import { callable, duration, type Options, optionsOf, wellFormedName, wholeNumber } from "../core/options.js";
import { invalidConfig } from "../core/SluiceError.js";
import type { Sort } from "./sortOf.js";

/** Index names, with the texts that `where` may be. */
export type Places = Readonly<Record<string, unknown>>;

/**
 * A record's place in an index: `where` is for equality (a text of at most 512 UTF-8 bytes), `sort` for order and range. Without a sort
 * it is ordered by its id.
 */
export type IndexEntry<W> = { readonly where?: W | undefined } & {
  readonly where?: string | undefined;
  readonly sort?: Sort | undefined;
};

/** What an index function answers: undefined leaves the record out, several entries (100 of a record at most, in all indexes together) put it into several places. */
export type Entries<W> = IndexEntry<W> | ReadonlyArray<IndexEntry<W>> | undefined;

/**
 * Each made from the value and the id, whenever the record is put. An index sees what is put from its definition on; records that were
 * put before stand as they stood.
 */
export type Indexes<A, W extends Places> = { readonly [K in keyof W]: (value: A, id: string) => Entries<W[K]> };

/** A collection's name, codec, indexes and limits. */
export interface RecordsDefinition<A, W extends Places>
  extends Options<{
    /** Ordered views of the collection, 20 at most. Default: none. */
    indexes: Indexes<A, W>;
    /** After how many milliseconds from its latest put a record is gone, 1 or more. Default: never. */
    ttlMs: [keyof W] extends [never] ? number : "no ttl beside indexes: nobody would take an ended record out of them";
    /** The largest encoded value. Bytes, default 1 MiB; less than 8 MiB. */
    valueBytesMax: number;
  }> {
  /** 1 to 128 letters, digits and `_ . : @ / -`. */
  readonly name: string;
  /** Checks what is put and what is read. */
  readonly codec: Type<A, unknown>;
}

/** A definition with its defaults filled in. */
export interface ResolvedRecords<A> {
  readonly name: string;
  readonly codec: Type<A, unknown>;
  readonly indexes: ReadonlyArray<readonly [name: string, entriesOf: (value: A, id: string) => Entries<unknown>]>;
  readonly ttlMs: number | undefined;
  readonly valueBytesMax: number;
}

const NAMES = ["name", "codec", "indexes", "ttlMs", "valueBytesMax"] as const;
const INDEXES_MAX = 20;

/** Checks a definition, or throws `InvalidConfig` with a sentence that says what to change. */
export const resolveRecords = <A, W extends Places>(given: RecordsDefinition<A, W>): ResolvedRecords<A> => {
  const definition = optionsOf(given, NAMES, "definition");
  const { ttlMs } = definition;
  const codec = checkCodec(definition.codec);
  const indexes = Object.entries(definition.indexes ?? {}).map(
    ([name, entriesOf]) =>
      [wellFormedName("indexes", name), callable(`indexes.${name}`, entriesOf as Indexes<A, Places>[string])] as const,
  );
  if (indexes.length > INDEXES_MAX)
    throw invalidConfig(
      "indexes",
      `a collection has at most ${INDEXES_MAX} indexes, not ${indexes.length}: every put writes them all.`,
    );
  if (indexes.length > 0 && ttlMs !== undefined)
    throw invalidConfig(
      "ttlMs",
      "ttlMs and indexes exclude each other: nobody would take an ended record out of its indexes.",
    );
  return {
    name: wellFormedName("name", definition.name),
    codec,
    indexes,
    ttlMs: ttlMs === undefined ? undefined : wholeNumber("ttlMs", ttlMs as number, { ...duration, min: 1 }),
    valueBytesMax: checkBytesMax("valueBytesMax", definition.valueBytesMax),
  };
};
