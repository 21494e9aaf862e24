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
 * What is sent and not answered has 8 MiB at most (but is one call at least): the rest waits here, where it can be given up,
 * and where nothing of it is kept once it was. What comes back stands in front again, in its former order.
 */
import { Chain, type Linked } from "../../../core/Chain.js";

/** Unanswered at most, bytes. */
const BYTES_MAX = 8 * 1024 * 1024;

/** Who waits for a call: told once how it ended. */
export interface CallEnd<A> {
  /** How much longer than others the call may take, ms; 0 by default. */
  readonly extraMs?: number;
  readonly done: (reply: A) => void;
  readonly failed: (cause: unknown) => void;
}

/** What a call sends: keys first, then the other arguments, or a command. */
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
  /** Nobody wants its answer any more; unless it was sent, it never will be. */
  readonly abandon: () => void;
}

export class LaneCall implements Call, Linked<LaneCall> {
  before: LaneCall | undefined = undefined;
  after: LaneCall | undefined = undefined;
  /** Whether the server may have seen it. */
  sent = false;
  lastCause: unknown;
  /** Where it stands. */
  chain: Chain<LaneCall> | undefined;
  /** Undefined once the call is over: nothing of it is kept then, though its reply may be due. */
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
  /** The calls whose answer somebody waits for. */
  size = 0;

  add(asked: Asked): LaneCall {
    this.made += 1;
    const call = new LaneCall(this, this.made, asked);
    this.size += 1;
    this.move(call, this.waiting);
    return call;
  }

  /** The next call to send, which counts as sent; none while there is no room. */
  next(): LaneCall | undefined {
    const call = this.waiting.head;
    if (call === undefined || (this.sent.size > 0 && this.bytes + call.bytes > BYTES_MAX)) return undefined;
    this.move(call, this.sent);
    this.bytes += call.bytes;
    call.sent = true;
    return call;
  }

  /** Nothing that was sent is without its answer. */
  get isClear(): boolean {
    return this.sent.size === 0;
  }

  /** The reply of a sent call has come. */
  answered(call: LaneCall): void {
    if (call.chain !== this.sent) return;
    this.bytes -= call.bytes;
    this.move(call, undefined);
  }

  /** The reply of a sent call was that it may pass later; `putBack` makes it wait again. */
  refuse(call: LaneCall): void {
    this.answered(call);
    if (call.end !== undefined) this.move(call, this.refused);
  }

  /** Who waits for the answer of this call: from now on nobody does, and nothing of it is kept. */
  finish(call: LaneCall): CallEnd<unknown> | undefined {
    const { end } = call;
    if (end === undefined) return undefined;
    call.send = undefined;
    call.end = undefined;
    this.size -= 1;
    // What was sent is answered yet.
    if (call.chain !== this.sent) this.move(call, undefined);
    return end;
  }

  /** What was refused waits again, in front. */
  putBack(): void {
    this.toFront([this.refused]);
  }

  /** What was sent will not be answered: it waits again, in front. */
  lost(): void {
    this.bytes = 0;
    this.toFront([this.sent, this.refused]);
    this.sent = new Chain();
  }

  /** All whose answer somebody waits for. */
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
