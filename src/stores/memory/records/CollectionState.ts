/** All records of one collection, their indexes, and when those with a ttl end. */
import { escapeText } from "../../../core/escapeText.js";
import type { Revision } from "../../../core/Revision.js";
import { type IndexPlace, type PutStep, ttlMsOf } from "../../../core/steps/Put.js";
import { SortedTexts } from "./SortedTexts.js";

/** A record as it is kept. */
export interface KeptRecord {
  readonly id: string;
  readonly value: string;
  readonly revision: Revision;
  readonly indexes: ReadonlyArray<IndexPlace>;
  /** Infinity without a ttl. */
  readonly endsAtMs: number;
}

/** A place in an index, as its order wants it: a sort has no blank, so none is the beginning of another place. */
const memberOf = (sort: string, id: string): string => `${sort} ${escapeText(id)}`;

const NO_INDEXES: ReadonlyArray<IndexPlace> = [];

export class CollectionState {
  private readonly records = new Map<string, KeptRecord>();
  private readonly indexes = new Map<string, SortedTexts>();
  /** What each place of an index belongs to. */
  private readonly ids = new Map<string, string>();
  /** Records with a ttl, by it: those of one ttl end in the order in which they were put. */
  private readonly mortal = new Map<number, Map<string, KeptRecord>>();
  /** What the list that is being checked will have done so far. */
  private planned = new Map<string, Revision | undefined>();
  private plannedBy = 0;

  /** The record, if it is there at this time. */
  get(id: string, nowMs: number): KeptRecord | undefined {
    const record = this.records.get(id);
    return record !== undefined && record.endsAtMs > nowMs ? record : undefined;
  }

  /** The index of this name, if a record stands in it. */
  index(name: string): SortedTexts | undefined {
    return this.indexes.get(name);
  }

  /** The record that stands at this place. */
  at(member: string): KeptRecord | undefined {
    const blank = member.indexOf(" ");
    return this.records.get(this.ids.get(member.slice(blank + 1)) ?? "");
  }

  /** The revision that a step of this list finds: what the steps before it will have done counts as done. */
  revisionFor(list: number, id: string, nowMs: number): Revision | undefined {
    return this.plannedBy === list && this.planned.has(id) ? this.planned.get(id) : this.get(id, nowMs)?.revision;
  }

  /** A step of this list will give the record this revision, or take it away. */
  plan(list: number, id: string, revision: Revision | undefined): void {
    if (this.plannedBy !== list) {
      this.planned = new Map();
      this.plannedBy = list;
    }
    this.planned.set(id, revision);
  }

  put({ id, value, revision, keep }: PutStep, nowMs: number): void {
    this.forgetEnded(nowMs);
    this.remove(id, nowMs);
    const indexes = "indexes" in keep ? keep.indexes : NO_INDEXES;
    const ttlMs = ttlMsOf(keep);
    const endsAtMs = ttlMs === undefined ? Number.POSITIVE_INFINITY : nowMs + ttlMs;
    const record: KeptRecord = { id, value, revision, indexes, endsAtMs };
    this.records.set(id, record);
    if (ttlMs !== undefined) this.endingAfter(ttlMs).set(id, record);
    if (indexes.length > 0) this.ids.set(escapeText(id), id);
    for (const { name, sort } of indexes) this.indexFor(name).add(memberOf(sort, id));
  }

  /** Whether there was one at this time. */
  remove(id: string, nowMs: number): boolean {
    const record = this.records.get(id);
    if (record === undefined) return false;
    this.records.delete(id);
    for (const { name, sort } of record.indexes) {
      const index = this.indexes.get(name);
      index?.remove(memberOf(sort, id));
      // There is one for each `where` that a record ever had: those of users' texts would grow for ever.
      if (index?.size === 0) this.indexes.delete(name);
    }
    if (record.indexes.length > 0) this.ids.delete(escapeText(id));
    if (record.endsAtMs !== Number.POSITIVE_INFINITY) for (const records of this.mortal.values()) records.delete(id);
    return record.endsAtMs > nowMs;
  }

  private forgetEnded(nowMs: number): void {
    for (const [ttlMs, records] of this.mortal) {
      for (const [id, { endsAtMs }] of records) {
        if (endsAtMs > nowMs) break;
        records.delete(id);
        this.records.delete(id);
      }
      if (records.size === 0) this.mortal.delete(ttlMs);
    }
  }

  private endingAfter(ttlMs: number): Map<string, KeptRecord> {
    let records = this.mortal.get(ttlMs);
    if (records === undefined) {
      records = new Map();
      this.mortal.set(ttlMs, records);
    }
    return records;
  }

  private indexFor(name: string): SortedTexts {
    let index = this.indexes.get(name);
    if (index === undefined) {
      index = new SortedTexts();
      this.indexes.set(name, index);
    }
    return index;
  }
}
