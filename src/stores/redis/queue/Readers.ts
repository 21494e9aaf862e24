/**
 * Which reader serves which place. A place at which somebody has just begun to wait gets a reader of its own if one is free:
 * what comes there costs the least. When these become scarce, a place to which nothing came for a while goes to a shared reader.
 * So any number of idle consumers share a few connections, which stay open.
 */
import type { Connection } from "../connection/Connection.js";
import type { Place } from "./Place.js";
import { Reader } from "./Reader.js";

/** How many places may have a reader of their own. */
const OWN_COUNT_MAX = 10;
/** How many of these readers are kept free for places that become busy. */
const OWN_COUNT_FREE = 5;
const SHARED_COUNT_MAX = 4;
/** How many places a shared reader has before another one is opened: each read costs some 0.3 µs a place on either side. */
const SHARED_PLACES = 64;

export interface ReadersContext {
  readonly make: () => Connection;
  /** The name of the list that ends the reads of a reader, by a number that is never used again. */
  readonly endList: (serial: number) => string;
  readonly taken: (place: Place, text: string) => void;
  /** Called when some read should end: see `takeStale`. */
  readonly stale: () => void;
  /** Called when no reader serves these places any more. */
  readonly failed: (places: ReadonlyArray<Place>, cause: unknown) => void;
}

export class Readers {
  /** The readers of one place each, and those of them that have none at the moment. */
  private readonly own = new Set<Reader>();
  private readonly free: Array<Reader> = [];
  private readonly shared = new Set<Reader>();
  private made = 0;
  private closed = false;

  constructor(private readonly context: ReadersContext) {}

  /** Finds a reader for a place that has none. */
  listen(place: Place): void {
    const own = this.free.pop() ?? (this.own.size < OWN_COUNT_MAX ? this.open(this.own) : undefined);
    if (own === undefined) this.share(place);
    else own.add(place);
  }

  /** The lists that end the reads which should end: see `Reader.stale`. The caller must push to each of them. */
  takeStale(): ReadonlyArray<string> {
    const stale = [...this.own, ...this.shared].filter((reader) => reader.stale);
    for (const reader of stale) reader.ended();
    return stale.map(({ endList }) => endList);
  }

  /** Resolves once no read is under way, or after `msMax`. */
  async idle(msMax: number): Promise<void> {
    await Promise.all([...this.own, ...this.shared].map(({ connection }) => connection.idle(msMax)));
  }

  close(): void {
    this.closed = true;
    for (const { connection } of [...this.own, ...this.shared]) connection.close();
  }

  private open(kind: Set<Reader>): Reader {
    this.made += 1;
    const reader = new Reader(this.context.make(), this.context.endList(this.made), {
      taken: this.context.taken,
      over: (over, empty) => this.over(over, empty),
      refused: (place, cause) => this.context.failed([place], cause),
      failed: (failed, places, cause) => {
        this.drop(failed);
        this.context.failed(places, cause);
      },
    });
    kind.add(reader);
    return reader;
  }

  private share(place: Place): void {
    let least: Reader | undefined;
    for (const reader of this.shared) if (least === undefined || reader.places.size < least.places.size) least = reader;
    const full = least === undefined || (least.places.size >= SHARED_PLACES && this.shared.size < SHARED_COUNT_MAX);
    const reader = full || least === undefined ? this.open(this.shared) : least;
    reader.add(place);
    if (reader.stale) this.context.stale();
  }

  private over(reader: Reader, empty: boolean): void {
    if (this.closed) return;
    const busy = this.own.size - this.free.length;
    if (empty && this.own.has(reader) && OWN_COUNT_MAX - busy < OWN_COUNT_FREE) {
      for (const place of [...reader.places]) {
        reader.drop(place);
        this.share(place);
      }
    }
    if (reader.places.size > 0) reader.read();
    else if (this.own.has(reader)) this.free.push(reader);
  }

  private drop(reader: Reader): void {
    this.own.delete(reader);
    this.shared.delete(reader);
    reader.connection.close();
  }
}
