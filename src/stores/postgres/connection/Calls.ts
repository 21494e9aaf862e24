/** Makes calls of functions, in the lane where they have an order and beside it where they have none, and knows when all are answered. */
import type { SchedulerLike } from "rxjs";
import { toSluiceError } from "../../../core/SluiceError.js";
import type { Session } from "../drivers/Driver.js";
import type { CallEnd, Connection } from "./Connection.js";
import { type Answered, Lane } from "./Lane.js";

/**
 * Which way a call goes. "renewals of": those of a queue one after the other, so that the latest one holds, and beside the lane, so that none
 * waits behind payloads.
 */
type Way = Exclude<Session, "hints"> | { readonly renewalsOf: string };

/** One call of a function. */
interface Trip<A> {
  readonly way: Way;
  readonly name: string;
  readonly text: string;
  readonly read: (reply: string) => A;
}

export class Calls {
  /** Those beside the lane that are under way. */
  private readonly beside = new Set<Promise<void>>();
  /** By queue, as long as there is something in it. */
  private readonly renewals = new Map<string, Lane>();

  constructor(
    private readonly connection: Pick<Connection, "call">,
    private readonly lane: Lane,
  ) {}

  run<A>(trip: Trip<A>, end: CallEnd<A>): void {
    if (trip.way !== "any") {
      const lane = trip.way === "lane" ? this.lane : this.renewalsOf(trip.way.renewalsOf);
      lane.add({ kind: "other", weight: 0, run: () => this.call(trip, end) });
      return;
    }
    const running = this.call(trip, end).then(({ tell }) => tell());
    this.beside.add(running);
    void running.finally(() => this.beside.delete(running));
  }

  /** Ends once nothing is under way, neither of these nor of the others, or after so long. */
  async idle(scheduler: SchedulerLike, msMax: number, others: Promise<unknown>): Promise<void> {
    const done = Promise.all([
      this.lane.idle(),
      others,
      ...this.beside,
      ...[...this.renewals.values()].map((lane) => lane.idle()),
    ]);
    await new Promise<void>((resolve) => {
      const timer = scheduler.schedule(resolve, msMax);
      const end = (): void => {
        timer.unsubscribe();
        resolve();
      };
      done.then(end, end);
    });
  }

  private renewalsOf(queue: string): Lane {
    const known = this.renewals.get(queue);
    if (known !== undefined) return known;
    const lane = new Lane(() => this.renewals.delete(queue));
    this.renewals.set(queue, lane);
    return lane;
  }

  private async call<A>({ way, name, text, read }: Trip<A>, end: CallEnd<A>): Promise<Answered> {
    try {
      const answer = read(await this.connection.call(way === "lane" ? "lane" : "any", name, () => text));
      return { tell: () => end.done(answer) };
    } catch (cause) {
      return { tell: () => end.failed(toSluiceError(cause)) };
    }
  }
}
