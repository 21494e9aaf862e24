/**
 * One connection that reads the wake-ups of its places, by one blocking read over all their lists.
 *
 * A read that is under way cannot be given more lists. A list of the reader's own ends it, and the next read has all lists that
 * are wanted by then. A place that nobody waits at any more stays until the read is over.
 */
import { toSluiceError } from "../../../core/SluiceError.js";
import { BLOCK_MS_MAX } from "../connection/blocking.js";
import type { Connection } from "../connection/Connection.js";
import type { Place } from "./Place.js";

/** Whom a reader tells what became of its reads. */
export interface ReaderEnd {
  /** A read has taken this text of a place. */
  readonly taken: (place: Place, text: string) => void;
  /** A read is over; call `read` to read on. `empty`: nothing came in its time, and nothing else ended it. */
  readonly over: (reader: Reader, empty: boolean) => void;
  /** This place cannot be read, and no reader serves it now. */
  readonly refused: (place: Place, cause: unknown) => void;
  /** The reader's connection is of no use, and no reader serves these places now. */
  readonly failed: (reader: Reader, places: ReadonlyArray<Place>, cause: unknown) => void;
}

export class Reader {
  readonly places: Set<Place> = new Set();
  /** The places of the read that is under way, by their lists. */
  private reading: ReadonlyMap<string, Place> | undefined;
  private ending = false;
  /** Whether the latest read failed for a reason that was gone when its places were tried. */
  private failedInVain = false;

  constructor(
    readonly connection: Connection,
    /** The list that ends its reads. */
    readonly endList: string,
    private readonly end: ReaderEnd,
  ) {}

  /** Whether the read that is under way must end: a place has waiters and is not in it, or is in it and was left for good. */
  get stale(): boolean {
    const { reading } = this;
    if (reading === undefined || this.ending) return false;
    for (const place of this.places) if (place.isEmpty ? place.left : reading.get(place.list) !== place) return true;
    return false;
  }

  /** Notes that the call that ends the read is on its way. */
  ended(): void {
    this.ending = true;
  }

  /** Serves a place. If a read is under way, the place is in the next one. */
  add(place: Place): void {
    this.places.add(place);
    place.listened = true;
    if (this.reading === undefined) this.read();
  }

  /** Begins a read; it must have places, and none may be under way. */
  read(): void {
    const reading = new Map<string, Place>();
    for (const place of this.places) reading.set(place.list, place);
    this.reading = reading;
    this.ending = false;
    this.connection.command("blpop", [this.endList, ...reading.keys(), (BLOCK_MS_MAX / 1_000).toFixed(3)], {
      done: (reply) => this.done(reading, reply),
      failed: (cause) => this.failed(cause),
      extraMs: BLOCK_MS_MAX,
    });
  }

  private done(reading: ReadonlyMap<string, Place>, reply: unknown): void {
    this.reading = undefined;
    this.failedInVain = false;
    const taken = reply as readonly [list: string, text: string] | null;
    const place = taken === null ? undefined : reading.get(taken[0]);
    if (taken !== null && place !== undefined) {
      // In the next read the others come first.
      this.places.delete(place);
      this.places.add(place);
      this.end.taken(place, taken[1]);
    }
    for (const other of this.places) if (other.isEmpty) this.drop(other);
    // The lines above may have begun a read already.
    if (this.reading === undefined) this.end.over(this, taken === null);
  }

  private failed(cause: unknown): void {
    if (this.places.size > 1 && !toSluiceError(cause).retryable) this.findFaults(cause);
    else this.failAll(cause);
  }

  /**
   * One list that is none (somebody else's value stands there) fails the read of all, so each is tried by itself. If none is at
   * fault, that value may be gone again: all are read once more, and if that read fails too, all places fail.
   */
  private findFaults(cause: unknown): void {
    const faults = new Map<Place, unknown>();
    let left = this.places.size;
    const tried = (): void => {
      left -= 1;
      if (left > 0) return;
      if (faults.size === 0 && this.failedInVain) {
        this.failAll(cause);
        return;
      }
      this.failedInVain = faults.size === 0;
      this.reading = undefined;
      for (const place of this.places) if (place.isEmpty || faults.has(place)) this.drop(place);
      for (const [place, fault] of faults) this.end.refused(place, fault);
      if (this.reading === undefined) this.end.over(this, false);
    };
    for (const place of this.places)
      this.connection.command("llen", [place.list], {
        done: tried,
        failed: (fault) => {
          faults.set(place, fault);
          tried();
        },
      });
  }

  private failAll(cause: unknown): void {
    this.reading = undefined;
    const places = [...this.places];
    for (const place of places) this.drop(place);
    this.end.failed(this, places, cause);
  }

  /** Stops serving a place. */
  drop(place: Place): void {
    this.places.delete(place);
    place.listened = false;
  }
}
