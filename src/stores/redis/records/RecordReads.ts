/**
 * Reads of records by name. The first of a turn leaves at once, since where latency counts there is only one; the others of that turn
 * leave as one call, since a call costs the server and this process many times what a record does. Consumers read that way: a reply with
 * a hundred messages makes a hundred of them ask for what their handlers need.
 */
import { type Asker, type Effect, effect } from "../../../core/Effect.js";
import type { RecordName } from "../../../core/steps/recordSteps.js";
import type { StoredRecord } from "../../../port/RecordPort.js";

type Names = ReadonlyArray<RecordName>;
type Found = ReadonlyArray<StoredRecord | undefined>;

/** So many names go into one call. */
const NAMES_MAX = 1_000;

interface Reading {
  readonly names: Names;
  readonly asker: Asker<Found>;
}

export class RecordReads {
  private turn = false;
  private gathered: Array<Reading> = [];
  private count = 0;

  constructor(private readonly call: (names: Names) => Effect<Found>) {}

  read(names: Names): Effect<Found> {
    return effect((asker) => {
      if (!this.turn) {
        this.turn = true;
        process.nextTick(() => {
          this.turn = false;
          this.leave();
        });
        return this.alone({ names, asker });
      }
      if (this.count + names.length > NAMES_MAX) this.leave();
      this.gathered.push({ names, asker });
      this.count += names.length;
      return undefined;
    });
  }

  private alone({ names, asker }: Reading) {
    return this.call(names).run(
      (found) => answer(asker, found),
      (error) => asker.error(error),
    );
  }

  private leave(): void {
    const readings = this.gathered.filter(({ asker }) => !asker.closed);
    this.gathered = [];
    this.count = 0;
    const [first] = readings;
    if (first === undefined) return;
    if (readings.length === 1) {
      this.alone(first);
      return;
    }
    this.call(readings.flatMap(({ names }) => names)).run(
      (found) => {
        let at = 0;
        for (const reading of readings) {
          const own = found.slice(at, at + reading.names.length);
          at += reading.names.length;
          // The bytes of one call were used up by those before it.
          if (own.length === 0 && reading.names.length > 0) this.alone(reading);
          else answer(reading.asker, own);
        }
      },
      (error) => {
        for (const { asker } of readings) asker.error(error);
      },
    );
  }
}

const answer = (asker: Asker<Found>, found: Found): void => {
  asker.next(found);
  asker.complete();
};
