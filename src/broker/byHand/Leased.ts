/** The deliveries that a queue store holds, by target and lane: what `next` is, and what `ack` and `block` settle. */
import type { Message } from "../../core/Message.js";
import type { Pending } from "../Pending.js";

interface Held {
  readonly lane: string;
  readonly message: Message<Pending>;
  /** When its lease is over, by the clock of the store's scheduler. */
  readonly endsMs: number;
}

export class Leased {
  private readonly held = new Map<string, ReadonlyArray<Held>>();

  put(stream: string, held: Held): void {
    this.held.set(stream, [...this.others(stream, held.lane), held]);
  }

  /** The one that was put first, where several lanes have one. */
  of(stream: string): Held | undefined {
    return this.held.get(stream)?.[0];
  }

  remove(stream: string, lane: string): void {
    const others = this.others(stream, lane);
    if (others.length === 0) this.held.delete(stream);
    else this.held.set(stream, others);
  }

  /** Forgets those that nobody settled in time. */
  forget(nowMs: number): void {
    for (const [stream, all] of this.held)
      for (const { lane, endsMs } of all) if (endsMs < nowMs) this.remove(stream, lane);
  }

  private others(stream: string, lane: string): ReadonlyArray<Held> {
    return (this.held.get(stream) ?? []).filter((held) => held.lane !== lane);
  }
}
