/**
 * Writes that are confirmed only when replicas have them.
 *
 * A write goes over the connection of all calls and is answered there, so no call waits for replicas. Answered writes gather
 * here and are confirmed over a connection of its own: one small script looks for their results and changes them a little, and one
 * WAIT behind it serves all of them. If a result is not on that server any more, there was a failover between the two, and the
 * write is sent again under its id.
 */
import type { SchedulerLike } from "rxjs";
import { storeUnavailable } from "../../../core/SluiceError.js";
import type { Script } from "../scripts/script.js";
import type { Connection } from "./Connection.js";

/** How many results one call asks for at most, but those of one write at least. */
const RESULTS_MAX = 1_000;
/** How long to wait before a write is sent again (milliseconds). */
const AGAIN_MS = 50;

/** A write that was answered. */
export interface AnsweredWrite {
  /** The keys of its results: the server has the write if it has all of them. */
  readonly results: ReadonlyArray<string>;
  /** The queue from which it may have handed a message over; undefined where it cannot have. */
  readonly queue: string | undefined;
  /** When it is given up. */
  readonly untilMs: number;
  readonly done: () => void;
  readonly failed: (cause: unknown) => void;
  /** Sends it again. */
  readonly again: () => void;
}

interface ConfirmInput {
  readonly queues: ReadonlyArray<string>;
  readonly results: ReadonlyArray<string>;
}

const confirmScript: Script<ConfirmInput, ReadonlyArray<boolean>> = {
  name: "confirm",
  encode: ({ queues, results }) => ({ keys: [...queues, ...results], args: [String(queues.length)] }),
  decode: (reply) => Array.from(String(reply), (answer) => answer === "1"),
};

export interface ReplicationOptions {
  readonly connection: Connection;
  readonly scheduler: SchedulerLike;
  readonly count: number;
  readonly msMax: number;
}

export class Replication {
  private gathered: Array<AnsweredWrite> = [];
  private waits = false;

  constructor(private readonly options: ReplicationOptions) {}

  /** Tells the write once enough replicas have it. */
  confirm(write: AnsweredWrite): void {
    this.gathered.push(write);
    this.wait();
  }

  private wait(): void {
    if (this.waits || this.gathered.length === 0) return;
    const { connection, count, msMax } = this.options;
    const writes = this.gathered.splice(0, this.fitting());
    const queues = new Set<string>();
    for (const { queue } of writes) if (queue !== undefined) queues.add(queue);
    this.waits = true;
    const over = (tell: (write: AnsweredWrite, at: number) => void): void => {
      this.waits = false;
      // The writes that gathered meanwhile leave first: those that are told now lead to more.
      this.wait();
      writes.forEach(tell);
    };
    connection.runReplicated(
      confirmScript,
      { queues: [...queues], results: writes.flatMap(({ results }) => results) },
      {
        done: (known) => {
          let at = 0;
          const stands = writes.map(({ results }) => {
            const from = at;
            at += results.length;
            return known.slice(from, at).every(Boolean);
          });
          over((write, i) => {
            if (stands[i] === true) write.done();
            else this.again(write);
          });
        },
        failed: (cause) => over(({ failed }) => failed(cause)),
        replicas: { count, msMax },
      },
    );
  }

  private fitting(): number {
    let results = 0;
    const at = this.gathered.findIndex((write) => {
      results += write.results.length;
      return results > RESULTS_MAX;
    });
    return at === -1 ? this.gathered.length : Math.max(1, at);
  }

  private again({ untilMs, again, failed }: AnsweredWrite): void {
    const { scheduler } = this.options;
    if (scheduler.now() < untilMs) scheduler.schedule(again, AGAIN_MS);
    else
      failed(storeUnavailable(new Error("the server that was to confirm it did not have it: a failover is under way")));
  }
}
