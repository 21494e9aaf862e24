/**
 * Reads of dispatches with their events, for handlers that begin. Two calls are under way at most; what is asked for meanwhile leaves as
 * one call when one of them is answered. So a hub whose handlers end one by one reads many at a time all the same: a call costs many times what a
 * record does.
 */
import { type Asker, type Effect, effect } from "../../core/Effect.js";
import type { StoredRecord } from "../../port/RecordPort.js";
import type { DispatchRef } from "./DispatchCodec.js";

/** A dispatch and its event. */
export type Found = ReadonlyArray<StoredRecord | undefined>;

export interface ReadsOptions {
  /** The records of all of these, one behind the other, as many as fit into one answer. */
  readonly many: (refs: ReadonlyArray<DispatchRef>) => Effect<Found>;
  /** Both records, whatever their size. */
  readonly one: (ref: DispatchRef) => Effect<Found>;
}

interface Reading {
  readonly ref: DispatchRef;
  readonly asker: Asker<Found>;
}

const CALLS_MAX = 2;
const REFS_MAX = 200;
/** The records of one dispatch. */
const RECORDS = 2;

export class Reads {
  private calls = 0;
  private gathered: Array<Reading> = [];

  constructor(private readonly options: ReadsOptions) {}

  read(ref: DispatchRef): Effect<Found> {
    return effect((asker) => {
      this.gathered.push({ ref, asker });
      this.leave();
      return undefined;
    });
  }

  private leave(): void {
    while (this.calls < CALLS_MAX && this.gathered.length > 0) {
      const readings = this.gathered.slice(0, REFS_MAX).filter(({ asker }) => !asker.closed);
      this.gathered = this.gathered.slice(REFS_MAX);
      if (readings.length > 0) this.send(readings);
    }
  }

  private send(readings: ReadonlyArray<Reading>): void {
    this.calls += 1;
    this.options.many(readings.map(({ ref }) => ref)).run(
      (found) => {
        this.calls -= 1;
        for (const [i, reading] of readings.entries())
          this.answer(reading, found.slice(RECORDS * i, RECORDS * (i + 1)));
        this.leave();
      },
      (error) => {
        this.calls -= 1;
        for (const { asker } of readings) asker.error(error);
        this.leave();
      },
    );
  }

  /** What did not fit into the answer is read by itself. */
  private answer({ ref, asker }: Reading, found: Found): void {
    const end = (both: Found): void => {
      asker.next(both);
      asker.complete();
    };
    if (found.length === RECORDS) end(found);
    else if (!asker.closed) this.options.one(ref).run(end, (error) => asker.error(error));
  }
}
