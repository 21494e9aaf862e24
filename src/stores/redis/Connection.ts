/**
 * One connection to Redis, on which calls leave in the order in which they were made and are repeated until they are
 * answered or their time is over.
 *
 * Life of a call:
 *
 * ```text
 *            connection is up              answered
 *   queued ───────────────────▶ sent ──────────────────▶ done
 *     │                        │    ▲
 *     │                        └────┘ connection lost: the driver sends it again; refused for the moment: so do we
 *     └── commandMsMax is over ─┴──▶ failed: StoreUnavailable (of a queued one it is certain that nothing happened)
 * ```
 *
 * A call whose script the server has forgotten since (SCRIPT FLUSH) is made again and comes behind those made meanwhile.
 *
 * Calls that wait for a connection stand in a queue of our own: the driver's would send them hours later, long after they
 * were given up.
 */
import { Command, type Redis } from "ioredis";
import type { SchedulerLike, Subscription } from "rxjs";
import { Chain, type Linked } from "../../core/Chain.js";
import { defect, type SluiceError, storeUnavailable } from "../../core/SluiceError.js";
import type { Client } from "./clients.js";
import { isForGood, isOtherDatabase, otherDatabase, toStoreError, verdictOn } from "./errors.js";
import { SilenceWatch } from "./SilenceWatch.js";
import type { Script } from "./script.js";
import { type ScriptName, scripts } from "./scripts.generated.js";

/** How long to wait before a call that was refused for the moment is made again (milliseconds). */
const RESEND_MS = 50;

export interface ConnectionOptions {
  readonly client: Client;
  readonly scheduler: SchedulerLike;
  /** How long a call may take, resends included. */
  readonly commandMsMax: number;
  /** How long its socket may be silent while replies are due. */
  readonly silenceMsMax: number;
  readonly onUp?: () => void;
  readonly onDown?: (cause: unknown) => void;
}

/** Told once how its call ended. */
export interface CallEnd<A> {
  readonly done: (reply: A) => void;
  readonly failed: (cause: unknown) => void;
}

/** One call under way. */
export interface Call {
  /** Whether the server may have seen it. */
  readonly sent: boolean;
  /** Nobody wants its answer any more; unless it was sent, it never will be. */
  readonly abandon: () => void;
}

class Job implements Call, Linked<Job> {
  before: Job | undefined = undefined;
  after: Job | undefined = undefined;
  sent = false;
  /** Nobody waits for its answer any more. */
  over = false;
  /** It was answered, or given up. */
  ended = false;
  lastCause: unknown;
  constructor(
    readonly send: () => Promise<unknown>,
    readonly end: CallEnd<unknown>,
    readonly untilMs: number,
  ) {}
  abandon(): void {
    this.over = true;
  }
}

export class Connection {
  readonly client: Client;
  private readonly queued: Array<Job> = [];
  private readonly jobs = new Chain<Job>();
  private readonly loaded = new Set<ScriptName>();
  private sweeper: Subscription | undefined;
  private sweepDueMs = Number.POSITIVE_INFINITY;
  private readonly watch: SilenceWatch;
  private lastError: unknown;
  private up: boolean | undefined;
  private wasUp = false;
  private closed = false;
  /** Why this connection is never used: it leads elsewhere. */
  private barred: SluiceError | undefined;
  /** How many calls were sent in this turn, and the socket that holds back the rest of them. */
  private turn: "first" | "rest" | undefined;
  private corked: Redis["stream"] | undefined;

  constructor(private readonly options: ConnectionOptions) {
    const { client, scheduler, silenceMsMax } = options;
    this.client = client;
    this.watch = new SilenceWatch(client, scheduler, silenceMsMax);
    client.on("error", (cause: unknown) => this.onError(cause));
    client.on("ready", () => this.onReady());
    client.on("close", () => this.onLost());
    client.on("end", () => this.onLost());
  }

  /** Runs a script. */
  run<I, O>(script: Script<I, O>, input: I, end: CallEnd<O>, extraMs = 0): Call {
    const { keys, args } = script.encode(input);
    return this.call(() => this.evaluate(script.name, keys, args), decoded(script, input, end), extraMs);
  }

  /** Runs a script, and waits until so many replicas have what it wrote. */
  runReplicated<I, O>(
    script: Script<I, O>,
    input: I,
    end: CallEnd<O>,
    replicas: { readonly count: number; readonly msMax: number },
  ): Call {
    const { keys, args } = script.encode(input);
    return this.call(
      () => this.evaluateReplicated(script.name, [String(keys.length), ...keys, ...args], replicas),
      decoded(script, input, end),
      replicas.msMax,
    );
  }

  /** Sends one command. */
  command(name: string, args: ReadonlyArray<string>, end: CallEnd<unknown>, extraMs = 0): Call {
    return this.call(() => this.send(name, [...args]), end, extraMs);
  }

  /** Resolves once no call is under way, those included that answers led to, or after so many milliseconds. */
  async idle(msMax: number): Promise<void> {
    const { scheduler } = this.options;
    const untilMs = scheduler.now() + msMax;
    while (this.jobs.size > 0 && scheduler.now() < untilMs)
      await new Promise<void>((resolve) => {
        const timer = scheduler.schedule(() => resolve(), Math.ceil(untilMs - scheduler.now()));
        this.onIdle = () => {
          timer.unsubscribe();
          resolve();
        };
      });
  }
  private onIdle: (() => void) | undefined;

  /** Gives up everything under way, which is told so, and disconnects for good. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.sweeper?.unsubscribe();
    this.watch.stop();
    this.queued.length = 0;
    const cause = new Error("the store was closed before it was answered");
    for (const job of this.jobs.all()) if (this.forget(job)) job.end.failed(storeUnavailable(cause));
    this.client.disconnect();
  }

  private call(send: () => Promise<unknown>, end: CallEnd<unknown>, extraMs: number): Call {
    const { scheduler, commandMsMax } = this.options;
    const nowMs = scheduler.now();
    const job = new Job(send, end, nowMs + commandMsMax + extraMs);
    this.jobs.push(job);
    if (job.untilMs < this.sweepDueMs) this.sweepAt(job.untilMs, nowMs);
    this.submit(job);
    return job;
  }

  private submit(job: Job): void {
    if (this.barred !== undefined) queueMicrotask(() => this.bar(job));
    else if (this.client.status === "ready") this.attempt(job);
    else this.enqueue(job);
  }

  private bar(job: Job): void {
    if (this.forget(job)) job.end.failed(this.barred);
  }

  private enqueue(job: Job): void {
    this.queued.push(job);
    const { status } = this.client;
    // "end": the driver's retry strategy gave up. That ends the tries of then, not those of a later call.
    if (!this.closed && (status === "wait" || status === "end"))
      this.client.connect().catch((cause: unknown) => {
        this.lastError = cause;
      });
  }

  private attempt(job: Job): void {
    if (job.over) {
      this.forget(job);
      return;
    }
    job.sent = true;
    this.watch.sent();
    job.send().then(
      (reply) => {
        this.watch.heard();
        if (this.forget(job)) job.end.done(reply);
      },
      (cause: unknown) => this.refused(job, cause),
    );
  }

  private refused(job: Job, cause: unknown): void {
    this.watch.heard();
    const unknownScript = isUnknownScript(cause);
    if (!unknownScript && verdictOn(cause) !== "resend") {
      if (this.forget(job)) job.end.failed(toStoreError(cause));
      return;
    }
    job.lastCause = cause;
    if (this.closed) return;
    if (unknownScript) {
      // The server has forgotten its scripts: the source of each goes along once more.
      this.loaded.clear();
      this.submit(job);
    } else if (this.client.status === "ready") this.options.scheduler.schedule(() => this.submit(job), RESEND_MS);
    else this.enqueue(job);
  }

  /** Ends the call; whether somebody still waits for its answer. */
  private forget(job: Job): boolean {
    if (job.ended) return false;
    job.ended = true;
    this.jobs.remove(job);
    const wanted = !job.over;
    job.over = true;
    if (this.jobs.size === 0 && this.onIdle !== undefined) {
      const { onIdle } = this;
      this.onIdle = undefined;
      onIdle();
    }
    return wanted;
  }

  /**
   * One timer for all calls, due no later than the first of them may be over. Most calls have the same time, so each is over
   * after those before it and leaves the timer alone; one that is over earlier moves it.
   */
  private sweepAt(dueMs: number, nowMs: number): void {
    this.sweeper?.unsubscribe();
    this.sweepDueMs = dueMs;
    this.sweeper = this.options.scheduler.schedule(() => this.sweep(), Math.ceil(dueMs - nowMs));
  }

  private sweep(): void {
    this.sweeper = undefined;
    this.sweepDueMs = Number.POSITIVE_INFINITY;
    const nowMs = this.options.scheduler.now();
    let nextMs = Number.POSITIVE_INFINITY;
    for (const job of this.jobs.all()) {
      if (job.untilMs > nowMs) nextMs = Math.min(nextMs, job.untilMs);
      else if (this.forget(job)) job.end.failed(storeUnavailable(job.lastCause ?? this.lastError ?? this.silence()));
    }
    // What was called by those just told may have set it already.
    if (nextMs < this.sweepDueMs) this.sweepAt(nextMs, nowMs);
  }

  private silence(): Error {
    return new Error(`no reply within ${this.options.commandMsMax} ms`);
  }

  private onError(cause: unknown): void {
    this.lastError = cause;
    if (isOtherDatabase(cause) && !isForGood(cause)) this.client.disconnect(true);
    else if (isOtherDatabase(cause)) {
      this.barred = otherDatabase(cause);
      this.lastError = this.barred;
      this.client.disconnect();
      for (const job of this.jobs.all()) this.bar(job);
      this.queued.length = 0;
      return;
    }
    // A server that never let us in will not, whereas one that did may be changing its passwords.
    if (this.wasUp || verdictOn(cause) !== "config") return;
    for (const job of this.queued.splice(0)) if (this.forget(job)) job.end.failed(toStoreError(cause));
  }

  private onReady(): void {
    if (this.barred !== undefined) return;
    this.wasUp = true;
    this.up = true;
    this.lastError = undefined;
    this.options.onUp?.();
    for (const job of this.queued.splice(0)) this.attempt(job);
  }

  private onLost(): void {
    this.loaded.clear();
    if (this.up === false || this.closed) return;
    this.up = false;
    this.options.onDown?.(this.lastError ?? new Error("the connection was closed"));
  }

  /**
   * Lets what is sent in one turn leave as two packets: the first call at once, which is all there is where latency counts,
   * and the rest together, since a write to a socket costs more than all else of a call. A cluster has a socket per node and
   * does without.
   */
  private send(name: string, args: Array<string>): Promise<unknown> {
    if (this.turn === "first") this.cork();
    const reply = this.client.sendCommand(new Command(name, args, { replyEncoding: "utf8" })) as Promise<unknown>;
    if (this.turn === undefined) this.beginTurn();
    return reply;
  }

  private beginTurn(): void {
    this.turn = "first";
    process.nextTick(() => {
      this.turn = undefined;
      this.corked?.uncork();
      this.corked = undefined;
    });
  }

  private cork(): void {
    const { client } = this;
    if (!("stream" in client) || client.status !== "ready") return;
    this.turn = "rest";
    this.corked = client.stream;
    this.corked.cork();
  }

  private evaluate(name: ScriptName, keys: ReadonlyArray<string>, args: ReadonlyArray<string>): Promise<unknown> {
    const [command, script] = this.commandFor(name);
    return this.send(command, [script, String(keys.length), ...keys, ...args]);
  }

  /** The source goes along on the first use of a connection: an EVALSHA that is refused would lose its place in the order. */
  private commandFor(name: ScriptName): readonly [command: string, script: string] {
    const { sha, lua } = scripts[name];
    if (this.loaded.has(name)) return ["evalsha", sha];
    this.loaded.add(name);
    return ["eval", lua];
  }

  /** WAIT counts for the writes of its own connection and node, so it goes in one pipeline with its script. */
  private async evaluateReplicated(
    name: ScriptName,
    rest: ReadonlyArray<string>,
    { count, msMax }: { readonly count: number; readonly msMax: number },
  ): Promise<unknown> {
    const [command, script] = this.commandFor(name);
    const pipeline = this.client
      .pipeline()
      .call(command, [script, ...rest])
      .wait(count, msMax);
    const [reply, replicas] = (await pipeline.exec()) ?? [];
    for (const result of [reply, replicas]) if (result?.[0]) throw result[0];
    if (Number(replicas?.[1]) < count)
      throw storeUnavailable(new Error(`${String(replicas?.[1])} of ${count} replicas confirmed within ${msMax} ms`));
    return reply?.[1];
  }
}

const decoded = <I, O>(script: Script<I, O>, input: I, end: CallEnd<O>): CallEnd<unknown> => ({
  done: (reply) => {
    let output: O;
    try {
      output = script.decode(reply, input);
    } catch (cause) {
      end.failed(defect(cause));
      return;
    }
    end.done(output);
  },
  failed: end.failed,
});

const isUnknownScript = (cause: unknown): boolean => cause instanceof Error && cause.message.startsWith("NOSCRIPT");
