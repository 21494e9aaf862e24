/** Tells what the queue of a destination has to say by the names that people know. */
import type { SluiceError } from "../../core/SluiceError.js";
import type { EventOf, QueueTelling } from "../../queue/EventSink.js";
import type { Sink } from "../Sink.js";

const nothing = (): void => undefined;

/** A run tells executions by itself, and holds each message until it is settled, so that none expires unseen. */
export class DestinationTelling implements QueueTelling {
  readonly of: QueueTelling["of"] = nothing;
  readonly ended: QueueTelling["ended"] = nothing;
  readonly expired: QueueTelling["expired"] = nothing;
  readonly enqueued: QueueTelling["enqueued"] = nothing;

  constructor(
    private readonly destination: string,
    private readonly sink: Sink,
  ) {}

  failed(during: "lease" | "settle" | "extend", error: SluiceError): void {
    this.sink.tell({ _tag: "StoreFailed", destination: this.destination, during, error });
  }

  poisoned({ id }: EventOf, report: ReadonlyArray<string>): void {
    this.sink.tell({ _tag: "Poisoned", destination: this.destination, messageId: id, report });
  }
}
