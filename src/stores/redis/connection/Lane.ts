/**
 * The calls of one connection, in the order in which they were made.
 *
 * ```text
 *             leaves, while there is room        answered
 *   waiting ───────────────────────────▶ sent ──────────────▶ gone
 *      ▲                                  │  │
 *      │                                  │  └── refused for the moment ──▶ refused ──┐
 *      └────────── connection lost ───────┘                                           │
 *      ▲                                                                              │
 *      └──────────────── all that was sent is answered or refused ────────────────────┘
 * ```
 *
 * Calls that are sent and not answered have 8 MiB at most, or are a single call. The others wait here, where they can be given
 * up; nothing is kept of a call that was. Calls that come back stand in front again, in their former order.
 */
import { Chain, type Linked } from "../../../core/Chain.js";

/** How many bytes may be sent and not answered. */
const BYTES_MAX = 8 * 1024 * 1024;

/** Whom to tell, once, how a call ended. */
export interface CallEnd<A> {
  /** How much longer than others the call may take. Milliseconds, default 0. */
  readonly extraMs?: number;
  readonly done: (reply: A) => void;
  readonly failed: (cause: unknown) => void;
}

/** Sends the call, and resolves to its reply. */
export type Send = () => Promise<unknown>;

/** A call as it is made. */
export interface Asked {
  readonly send: Send;
  readonly end: CallEnd<unknown>;
  readonly bytes: number;
  readonly untilMs: number;
}

/** One call under way. */
export interface Call {
  /** Whether the server may have seen it. */
  readonly sent: boolean;
  /** Says that nobody wants the answer any more. A call that was not sent is never sent then. */
  readonly abandon: () => void;
}

export class LaneCall implements Call, Linked<LaneCall> {
  before: LaneCall | undefined = undefined;
  after: LaneCall | undefined = undefined;
  /** Whether the server may have seen it. */
  sent = false;
  lastCause: unknown;
  /** The chain in which it stands. */
  chain: Chain<LaneCall> | undefined;
  /** Undefined once the call is over: nothing of it is kept then, although its reply may still come. */
  send: Send | undefined;
  end: CallEnd<unknown> | undefined;
  readonly bytes: number;
  readonly untilMs: number;

  constructor(
    private readonly lane: Lane,
    readonly serial: number,
    { send, end, bytes, untilMs }: Asked,
  ) {
    this.send = send;
    this.end = end;
    this.bytes = bytes;
    this.untilMs = untilMs;
  }

  abandon(): void {
    this.lane.finish(this);
  }
}

export class Lane {
  private waiting = new Chain<LaneCall>();
  private sent = new Chain<LaneCall>();
  private refused = new Chain<LaneCall>();
  private bytes = 0;
  private made = 0;
  /** How many calls somebody waits for. */
  size = 0;

  add(asked: Asked): LaneCall {
    this.made += 1;
    const call = new LaneCall(this, this.made, asked);
    this.size += 1;
    this.move(call, this.waiting);
    return call;
  }

  /** The next call to send, which counts as sent from now on; undefined while there is no room. */
  next(): LaneCall | undefined {
    const call = this.waiting.head;
    if (call === undefined || (this.sent.size > 0 && this.bytes + call.bytes > BYTES_MAX)) return undefined;
    this.move(call, this.sent);
    this.bytes += call.bytes;
    call.sent = true;
    return call;
  }

  /** Whether all that was sent is answered. */
  get isClear(): boolean {
    return this.sent.size === 0;
  }

  /** Notes that the reply of a sent call has come. */
  answered(call: LaneCall): void {
    if (call.chain !== this.sent) return;
    this.bytes -= call.bytes;
    this.move(call, undefined);
  }

  /** Notes the reply that a sent call may pass later; `putBack` lets it wait again. */
  refuse(call: LaneCall): void {
    this.answered(call);
    if (call.end !== undefined) this.move(call, this.refused);
  }

  /** Ends the call, keeps nothing of it, and gives back whom to tell; undefined where it was ended before. */
  finish(call: LaneCall): CallEnd<unknown> | undefined {
    const { end } = call;
    if (end === undefined) return undefined;
    call.send = undefined;
    call.end = undefined;
    this.size -= 1;
    // The reply of a sent call is still to come.
    if (call.chain !== this.sent) this.move(call, undefined);
    return end;
  }

  /** Lets the refused calls wait again, in front. */
  putBack(): void {
    this.toFront([this.refused]);
  }

  /** Called when the connection is lost: sent calls will not be answered, and wait again, in front. */
  lost(): void {
    this.bytes = 0;
    this.toFront([this.sent, this.refused]);
    this.sent = new Chain();
  }

  /** All calls that somebody waits for. */
  all(): ReadonlyArray<LaneCall> {
    const live: Array<LaneCall> = [];
    for (const chain of [this.sent, this.refused, this.waiting])
      for (const call of chain.all()) if (call.end !== undefined) live.push(call);
    return live;
  }

  private toFront(chains: ReadonlyArray<Chain<LaneCall>>): void {
    const back = chains.flatMap((chain) => chain.all()).filter(({ end }) => end !== undefined);
    if (back.length === 0) return;
    back.sort((a, b) => a.serial - b.serial);
    const waiting = new Chain<LaneCall>();
    for (const call of back.concat(this.waiting.all())) this.move(call, waiting);
    this.waiting = waiting;
  }

  private move(call: LaneCall, to: Chain<LaneCall> | undefined): void {
    call.chain?.remove(call);
    call.chain = to;
    to?.push(call);
  }
}
