/**
 * One connection to Redis, on which calls leave in the order in which they were made and are repeated until they are
 * answered or their time is over (`Lane` says how a call lives).
 *
 * Whether calls leave:
 *
 * ```text
 *               connected, and a change passes          refused for the moment
 *   shut ──────────────────────────────────────▶ open ──────────────────────────▶ holding
 *    │ ▲                                          │ ▲                                │
 *    │ └────────────── connection lost ───────────┘ └──── the pause is over, and ────┘
 *    │                                                    all that was sent is back
 *    └── refused for good: what waits fails, the next call tries anew
 * ```
 *
 * The pause grows with each refusal until a call passes. Of a server that takes no changes (read-only, loading, a cluster that
 * is down) nothing else is asked than whether it does again, and its outage is told once.
 *
 * Calls wait here, not in the driver: it would keep what was given up, and send it hours later.
 */
import type { SchedulerLike, Subscription } from "rxjs";
import { defect, type SluiceError, storeUnavailable } from "../../core/SluiceError.js";
import { type Client, disconnect, onNoSlots, refreshSlots } from "./clients.js";
import {
  isForGood,
  isOtherDatabase,
  isPassing,
  mustReconnect,
  otherDatabase,
  toStoreError,
  verdictOn,
} from "./errors.js";
import { type Call, type CallEnd, type Job, Lane, type Send } from "./Lane.js";
import { SilenceWatch } from "./SilenceWatch.js";
import type { Script } from "./script.js";
import { stripped } from "./strip.js";
import { Wire } from "./Wire.js";

export type { Call, CallEnd } from "./Lane.js";

/** How long to wait before what was refused for the moment is sent again: at first, and at most (milliseconds). */
const PAUSE_MS = 50;
const PAUSE_MS_MAX = 2_000;
/** What a call takes besides its arguments, about, bytes. */
const CALL_BYTES = 64;
/** How often whoever waits for the end of all calls looks whether the server is still there (milliseconds) ... */
const IDLE_LOOK_MS = 250;
/** ... and how many looks in a row may find nothing moved. */
const IDLE_LOOKS = 6;
/** A call that waits for an upload, its own or one before it, may take so many times its time. */
const UPLOAD_PART = 4;

export interface ConnectionOptions {
  readonly client: Client;
  readonly scheduler: SchedulerLike;
  /** How long a call may take, resends included. */
  readonly commandMsMax: number;
  /** How long its socket may be silent while replies are due. */
  readonly silenceMsMax: number;
  /** Whether calls fail at once while there is no connection. Default false. */
  readonly failsFast?: boolean;
  /** What must pass before any call leaves; what it answers is why none may, if something speaks against it. */
  readonly probe?: () => { readonly script: ProbeScript; readonly input: ProbeInput };
  readonly onUp?: () => void;
  readonly onDown?: (cause: unknown) => void;
}

export type ProbeScript = Script<ProbeInput, SluiceError | undefined>;

export interface ProbeInput {
  /** A key that has nothing. */
  readonly scratch: string;
  /** The commands that must be allowed. */
  readonly commands: ReadonlyArray<string>;
}

export class Connection {
  readonly client: Client;
  private readonly lane = new Lane();
  private readonly wire: Wire;
  private sweeper: Subscription | undefined;
  private sweepDueMs = Number.POSITIVE_INFINITY;
  private readonly watch: SilenceWatch;
  private lastError: unknown;
  /** Whether calls leave. */
  private open = false;
  private proving = false;
  /** Whether changes passed when it was last known; undefined before. */
  private up: boolean | undefined;
  private wasUp = false;
  private closed = false;
  /** Counts connections: what one of the past answers is nobody's. */
  private epoch = 0;
  /** How often calls were refused in a row, and the pause after the last time. */
  private refusals = 0;
  private pause: Subscription | undefined;
  /** Why this connection is never used: it leads elsewhere. */
  private barred: SluiceError | undefined;
  /** Why the server does not do what it is asked; the next call asks again. */
  private refusal: SluiceError | undefined;
  /** What gathers until the next call, or the end of the turn. */
  private gathered: (() => void) | undefined;

  constructor(private readonly options: ConnectionOptions) {
    const { client, scheduler, silenceMsMax } = options;
    this.client = client;
    this.wire = new Wire(client);
    this.watch = new SilenceWatch(client, scheduler, silenceMsMax);
    client.on("error", (cause: unknown) => this.onError(cause));
    client.on("ready", () => this.onReady());
    client.on("close", () => this.onLost());
    client.on("end", () => this.onLost());
    onNoSlots(client, () => {
      this.lastError = new Error(
        "CLUSTERDOWN no slot of this cluster is served; assign them, as by redis-cli --cluster fix",
      );
    });
  }

  /** Runs a script. */
  run<I, O>(script: Script<I, O>, input: I, end: CallEnd<O>, extraMs = 0): Call {
    const { keys, args } = script.encode(input);
    return this.call(
      () => this.wire.evaluate(script.name, keys, args),
      decoded(script, input, end),
      bytesOf(keys) + bytesOf(args),
      extraMs,
    );
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
      () => this.wire.evaluateReplicated(script.name, [String(keys.length), ...keys, ...args], replicas),
      decoded(script, input, end),
      bytesOf(keys) + bytesOf(args),
      replicas.msMax,
    );
  }

  /** Sends one command. */
  command(name: string, args: ReadonlyArray<string>, end: CallEnd<unknown>, extraMs = 0): Call {
    return this.call(() => this.wire.send(name, [...args]), end, bytesOf(args), extraMs);
  }

  /** Runs something right before the next call is made here; whoever asks for it sees to it that it runs at all. */
  beforeNext(work: () => void): void {
    this.gathered = work;
  }

  /**
   * Resolves once no call is under way, those included that answers led to: to true. To false after so many milliseconds, or
   * once the server gives no sign of life for a second and a half.
   */
  async idle(msMax: number): Promise<boolean> {
    const { scheduler } = this.options;
    const untilMs = scheduler.now() + msMax;
    let progress = Number.POSITIVE_INFINITY;
    let inVain = 0;
    while (this.lane.size > 0) {
      const leftMs = untilMs - scheduler.now();
      if (leftMs <= 0 || inVain >= IDLE_LOOKS) return false;
      await new Promise<void>((resolve) => {
        const timer = scheduler.schedule(() => resolve(), Math.min(IDLE_LOOK_MS, Math.ceil(leftMs)));
        this.onIdle.push(() => {
          timer.unsubscribe();
          resolve();
        });
      });
      const moved = this.watch.progress;
      inVain = this.open && moved > progress ? 0 : inVain + 1;
      progress = moved;
    }
    return true;
  }
  private onIdle: Array<() => void> = [];

  /** Gives up everything under way, which is told so, and disconnects for good. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.sweeper?.unsubscribe();
    this.shut();
    this.watch.stop();
    this.failAll(closedBefore());
    disconnect(this.client);
  }

  private call(send: Send, end: CallEnd<unknown>, bytes: number, extraMs: number): Call {
    const { gathered } = this;
    if (gathered !== undefined) {
      this.gathered = undefined;
      gathered();
    }
    const { scheduler, commandMsMax } = this.options;
    const nowMs = scheduler.now();
    const job = this.lane.add(send, end, bytes, nowMs + commandMsMax + extraMs);
    if (job.untilMs < this.sweepDueMs && !this.closed) this.sweepAt(job.untilMs, nowMs);
    if (this.open) this.flush();
    else this.submit(job);
    return job;
  }

  /** A call is made while none may leave. */
  private submit(job: Job): void {
    const { status } = this.client;
    if (this.barred !== undefined) this.failSoon(job, this.barred);
    else if (this.closed) this.failSoon(job, closedBefore());
    else if (this.options.failsFast === true && this.up === false) this.failSoon(job, storeUnavailable(this.lastError));
    else if (this.refusal !== undefined && status === "ready") {
      this.refusal = undefined;
      this.prove();
    } // "end": the driver's retry strategy gave up. That ends the tries of then, not those of a later call.
    else if (status === "wait" || status === "end")
      this.client.connect().catch((cause: unknown) => {
        this.lastError ??= stripped(cause);
      });
  }

  private failSoon(job: Job, cause: SluiceError): void {
    queueMicrotask(() => this.finish(job)?.failed(cause));
  }

  private failAll(cause: SluiceError): void {
    for (const job of this.lane.all()) this.finish(job)?.failed(cause);
  }

  /** Sends what waits, as far as there is room. */
  private flush(): void {
    while (this.open && this.client.status === "ready") {
      const job = this.lane.next();
      if (job === undefined) return;
      this.transmit(job);
    }
  }

  private transmit(job: Job): void {
    const { send, bytes } = job;
    if (send === undefined) return;
    const { epoch } = this;
    this.watch.sent(bytes);
    send().then(
      (reply) => {
        if (epoch !== this.epoch) return;
        this.answered(job);
        this.refusals = 0;
        this.finish(job)?.done(reply);
        this.goOn();
      },
      (cause: unknown) => {
        if (epoch !== this.epoch) return;
        this.refused(job, stripped(cause));
        this.goOn();
      },
    );
  }

  private answered(job: Job): void {
    this.watch.heard(job.bytes);
    this.lane.answered(job);
  }

  private goOn(): void {
    if (this.open) this.flush();
    else this.openAgain();
  }

  private refused(job: Job, cause: Error): void {
    this.answered(job);
    const unknownScript = cause.message.startsWith("NOSCRIPT");
    if (!unknownScript && !isPassing(cause)) {
      this.finish(job)?.failed(toStoreError(cause));
      return;
    }
    job.lastCause = cause;
    this.lane.refuse(job);
    // The server has forgotten its scripts: the source of each goes along once more.
    if (unknownScript) {
      this.wire.forgetScripts();
      this.open = false;
    } else this.hold(cause);
  }

  /** Nothing leaves for a while. */
  private hold(cause: Error): void {
    this.open = false;
    if (verdictOn(cause) === "away") this.down(cause);
    if (this.pause !== undefined || this.closed) return;
    const { client } = this;
    const pauseMs = Math.min(PAUSE_MS_MAX, PAUSE_MS * 2 ** Math.min(this.refusals, 10));
    this.refusals += 1;
    refreshSlots(client);
    this.pause = this.options.scheduler.schedule(() => {
      this.pause = undefined;
      if (mustReconnect(cause) && !client.isCluster) client.disconnect(true);
      else this.openAgain();
    }, pauseMs);
  }

  /** Goes on where all that was sent is back and the pause is over; after an outage only if changes pass again. */
  private openAgain(): void {
    if (this.pause !== undefined || !this.lane.isClear || this.client.status !== "ready") return;
    if (this.closed || this.proving || this.barred !== undefined || this.refusal !== undefined) return;
    this.lane.putBack();
    if (this.up === true) this.pass();
    else this.prove();
  }

  /** Asks whether calls would pass, and lets them. */
  private prove(): void {
    const { probe } = this.options;
    if (probe === undefined) {
      this.pass();
      return;
    }
    const { script, input } = probe();
    const { keys, args } = script.encode(input);
    const { epoch } = this;
    this.proving = true;
    this.watch.sent();
    const told = (): boolean => {
      if (epoch !== this.epoch) return false;
      this.watch.heard();
      this.proving = false;
      return true;
    };
    this.wire.evaluate(script.name, keys, args).then(
      (reply) => {
        if (!told()) return;
        const refusal = script.decode(reply, input);
        if (refusal === undefined) this.pass();
        else this.refuse(refusal);
      },
      (raw: unknown) => {
        if (!told()) return;
        const cause = stripped(raw);
        if (cause.message.startsWith("NOSCRIPT")) {
          this.wire.forgetScripts();
          this.prove();
        } else if (isPassing(cause)) {
          this.lastError = cause;
          this.hold(cause);
        } else this.refuse(toStoreError(cause));
      },
    );
  }

  private pass(): void {
    this.open = true;
    this.wasUp = true;
    this.lastError = undefined;
    if (this.up !== true) {
      this.up = true;
      this.options.onUp?.();
    }
    this.flush();
  }

  /** The server will not do what it is asked. */
  private refuse(error: SluiceError): void {
    this.refusal = error;
    this.failAll(error);
  }

  private down(cause: unknown): void {
    this.lastError = cause;
    if (this.up === false || this.closed) return;
    this.up = false;
    this.options.onDown?.(cause);
  }

  /** Ends the call; who still waits for its answer. */
  private finish(job: Job): CallEnd<unknown> | undefined {
    const end = this.lane.finish(job);
    if (this.lane.size === 0 && this.onIdle.length > 0) for (const told of this.onIdle.splice(0)) told();
    return end;
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
    const { scheduler, commandMsMax } = this.options;
    const nowMs = scheduler.now();
    const graceMs = Math.min(this.open ? this.watch.uploadMs : 0, commandMsMax * (UPLOAD_PART - 1));
    let nextMs = Number.POSITIVE_INFINITY;
    for (const job of this.lane.all()) {
      if (job.untilMs > nowMs) nextMs = Math.min(nextMs, job.untilMs);
      else if (job.untilMs + graceMs > nowMs) nextMs = Math.min(nextMs, nowMs + commandMsMax / 10);
      else this.finish(job)?.failed(storeUnavailable(job.lastCause ?? this.lastError ?? this.silence()));
    }
    // What was called by those just told may have set it already.
    if (nextMs < this.sweepDueMs) this.sweepAt(nextMs, nowMs);
  }

  private silence(): Error {
    return new Error(`no reply within ${this.options.commandMsMax} ms`);
  }

  private onError(raw: unknown): void {
    const cause = stripped(raw);
    this.lastError = cause;
    if (isOtherDatabase(raw) && !isForGood(cause)) this.client.disconnect(true);
    else if (isOtherDatabase(raw)) {
      this.barred = otherDatabase(cause);
      this.lastError = this.barred;
      this.client.disconnect();
      this.failAll(this.barred);
      return;
    }
    // A server that never let us in will not, whereas one that did may be changing its passwords.
    if (this.wasUp || verdictOn(cause) !== "config") return;
    this.failAll(toStoreError(cause));
  }

  private onReady(): void {
    if (this.barred !== undefined || this.closed) return;
    this.refusal = undefined;
    this.prove();
  }

  private onLost(): void {
    this.shut();
    this.lane.lost();
    this.watch.lost();
    this.wire.forgetScripts();
    this.down(this.lastError ?? new Error("the connection was closed"));
    if (this.options.failsFast === true) this.failAll(storeUnavailable(this.lastError));
  }

  /** Nothing leaves until the next connection. */
  private shut(): void {
    this.open = false;
    this.proving = false;
    this.epoch += 1;
    this.pause?.unsubscribe();
    this.pause = undefined;
  }
}

const closedBefore = (): SluiceError => storeUnavailable(new Error("the store was closed before it was answered"));

const bytesOf = (texts: ReadonlyArray<string>): number => {
  let bytes = CALL_BYTES;
  for (const text of texts) bytes += text.length;
  return bytes;
};

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
