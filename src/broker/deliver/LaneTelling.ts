/** Tells what the queue of a lane has to say by the names that people know: those of the lane and of its streams. */
import type { SluiceError } from "../../core/SluiceError.js";
import type { EventOf, QueueTelling } from "../../queue/EventSink.js";
import type { Sink } from "../Sink.js";

const nothing = (): void => undefined;

/** The broker tells deliveries by itself, and holds each of them until it is settled, so that none expires unseen. */
export class LaneTelling implements QueueTelling {
  readonly of: QueueTelling["of"] = nothing;
  readonly ended: QueueTelling["ended"] = nothing;
  readonly expired: QueueTelling["expired"] = nothing;
  readonly enqueued: QueueTelling["enqueued"] = nothing;

  constructor(
    private readonly lane: string,
    private readonly sink: Sink,
  ) {}

  failed(during: "lease" | "settle" | "extend", error: SluiceError): void {
    this.sink.tell({ _tag: "StoreFailed", lane: this.lane, during, error });
  }

  poisoned({ key = "" }: EventOf, report: ReadonlyArray<string>): void {
    this.sink.tell({ _tag: "Unreadable", lane: this.lane, stream: key, report });
  }
}
