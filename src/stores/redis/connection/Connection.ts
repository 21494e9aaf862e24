/**
 * One connection to Redis. Calls leave in the order in which they were made, and are sent again until they are answered or
 * their time is over. `Lane` says how a call lives, `Gate` whether calls leave, `CallTimes` when the time of one is over.
 *
 * Calls wait here, not in the driver: the driver would keep a call that was given up, and send it hours later.
 */
import { defect, type SluiceError, storeUnavailable } from "../../../core/SluiceError.js";
import type { Script } from "../scripts/script.js";
import { CallTimes } from "./CallTimes.js";
import { type Client, disconnect } from "./clients.js";
import { isPassing, toStoreError } from "./errors.js";
import { Gate, type GateOptions } from "./Gate.js";
import { Idle } from "./Idle.js";
import { type Call, type CallEnd, Lane, type LaneCall, type Send } from "./Lane.js";
import { SilenceWatch } from "./SilenceWatch.js";
import { stripped } from "./strip.js";
import { Wire } from "./Wire.js";

export type { Call, CallEnd } from "./Lane.js";

/** About how many bytes a call takes besides its arguments. */
const CALL_BYTES = 64;

export interface ConnectionOptions extends GateOptions {
  /** How long a call may take, resends included. */
  readonly commandMsMax: number;
  /** How long its socket may be silent while replies are due. */
  readonly silenceMsMax: number;
}

/** How many replicas must have a write, and how much longer it may take for that. */
export interface Replicas {
  readonly count: number;
  readonly msMax: number;
}

export class Connection {
  readonly client: Client;
  private readonly lane = new Lane();
  private readonly wire: Wire;
  private readonly watch: SilenceWatch;
  private readonly gate: Gate;
  private readonly times: CallTimes;
  private readonly ending: Idle;
  /** Sends a burst that gathers until the next call; see `beforeNext`. */
  private gathered: (() => void) | undefined;

  constructor(private readonly options: ConnectionOptions) {
    const { client, scheduler, commandMsMax, silenceMsMax } = options;
    const { lane } = this;
    const wire = new Wire(client);
    const watch = new SilenceWatch(client, scheduler, silenceMsMax);
    const gate = new Gate(options, {
      lane,
      wire,
      watch,
      flush: () => this.flush(),
      failAll: (cause) => this.failAll(cause),
    });
    this.client = client;
    this.wire = wire;
    this.watch = watch;
    this.gate = gate;
    this.times = new CallTimes({
      lane,
      scheduler,
      commandMsMax,
      uploadMs: () => (gate.open ? watch.uploadMs : 0),
      onOver: (call) => this.finish(call)?.failed(storeUnavailable(call.lastCause ?? gate.lastError ?? this.silence())),
    });
    this.ending = new Idle({ lane, scheduler, watch, isOpen: () => gate.open });
  }

  /** Runs a script. */
  run<I, O>(script: Script<I, O>, input: I, end: CallEnd<O>): Call {
    const { keys, args } = script.encode(input);
    return this.call(
      () => this.wire.evaluate(script.name, keys, args),
      bytesOf(keys) + bytesOf(args),
      decoded(script, input, end),
    );
  }

  /** Runs a script, and waits until enough replicas have what it wrote. */
  runReplicated<I, O>(script: Script<I, O>, input: I, end: CallEnd<O> & { readonly replicas: Replicas }): Call {
    const { keys, args } = script.encode(input);
    const { replicas, done, failed } = end;
    return this.call(
      () => this.wire.evaluateReplicated(script.name, [String(keys.length), ...keys, ...args], replicas),
      bytesOf(keys) + bytesOf(args),
      decoded(script, input, { done, failed, extraMs: replicas.msMax }),
    );
  }

  /** Sends one command. */
  command(name: string, args: ReadonlyArray<string>, end: CallEnd<unknown>): Call {
    return this.call(() => this.wire.send(name, [...args]), bytesOf(args), end);
  }

  /** Sends now what the wire holds back until the end of this turn. */
  push(): void {
    this.wire.push();
  }

  /** Runs this right before the next call is made here. If no call follows, the one who asked must run it. */
  beforeNext(work: () => void): void {
    this.gathered = work;
  }

  /**
   * Resolves to true once no call is under way, the calls that answers led to included. Resolves to false after `msMax`, or when
   * the server gave no sign of life for a second and a half.
   */
  idle(msMax: number): Promise<boolean> {
    return this.ending.wait(msMax);
  }

  /** Fails every call that is under way, and disconnects for good. */
  close(): void {
    if (this.gate.closed) return;
    this.times.stop();
    this.gate.close();
    disconnect(this.client);
  }

  private call(send: Send, bytes: number, end: CallEnd<unknown>): Call {
    const { gathered } = this;
    if (gathered !== undefined) {
      this.gathered = undefined;
      gathered();
    }
    const { scheduler, commandMsMax } = this.options;
    const nowMs = scheduler.now();
    const call = this.lane.add({ send, end, bytes, untilMs: nowMs + commandMsMax + (end.extraMs ?? 0) });
    this.times.watch(call, nowMs);
    if (this.gate.open) this.flush();
    else {
      const refusal = this.gate.knock();
      if (refusal !== undefined) queueMicrotask(() => this.finish(call)?.failed(refusal));
    }
    return call;
  }

  private failAll(cause: SluiceError): void {
    for (const call of this.lane.all()) this.finish(call)?.failed(cause);
  }

  /** Sends the calls that wait, as far as there is room. */
  private flush(): void {
    while (this.gate.open && this.client.status === "ready") {
      const call = this.lane.next();
      if (call === undefined) return;
      this.transmit(call);
    }
  }

  private transmit(call: LaneCall): void {
    const { send, bytes } = call;
    if (send === undefined) return;
    const { gate } = this;
    const { epoch } = gate;
    this.watch.sent(bytes);
    send().then(
      (reply) => {
        if (epoch !== gate.epoch) return;
        this.answered(call);
        gate.passed();
        this.finish(call)?.done(reply);
        this.goOn();
      },
      (cause: unknown) => {
        if (epoch !== gate.epoch) return;
        this.refused(call, stripped(cause));
        this.goOn();
      },
    );
  }

  private answered(call: LaneCall): void {
    this.watch.heard(call.bytes);
    this.lane.answered(call);
  }

  private goOn(): void {
    if (this.gate.open) this.flush();
    else this.gate.openAgain();
  }

  private refused(call: LaneCall, cause: Error): void {
    this.answered(call);
    const unknownScript = cause.message.startsWith("NOSCRIPT");
    if (!unknownScript && !isPassing(cause)) {
      this.finish(call)?.failed(toStoreError(cause));
      return;
    }
    call.lastCause = cause;
    this.lane.refuse(call);
    if (unknownScript) this.gate.holdForScripts();
    else this.gate.hold(cause);
  }

  /** Ends the call, and gives back whom to tell; undefined where nobody waits for the answer any more. */
  private finish(call: LaneCall): CallEnd<unknown> | undefined {
    const end = this.lane.finish(call);
    this.ending.ended();
    return end;
  }

  private silence(): Error {
    return new Error(`no reply within ${this.options.commandMsMax} ms`);
  }
}

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
  extraMs: end.extraMs ?? 0,
});
