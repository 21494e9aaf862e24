/** Takes what happens in a broker. Where nobody listens, the process is warned of what people should hear of. */
import { Subject } from "rxjs";
import { describeCause } from "../core/cause.js";
import { type Logger, Warnings } from "../port/Warnings.js";
import type { BrokerEvent } from "./Broker.js";

export class Sink {
  readonly events$: Subject<BrokerEvent<unknown>> = new Subject<BrokerEvent<unknown>>();
  private readonly warnings: Warnings;

  constructor(
    private readonly broker: string,
    logger: Logger | undefined,
  ) {
    this.warnings = new Warnings(logger);
  }

  tell(event: BrokerEvent<unknown>): void {
    this.warnOf(event);
    if (this.events$.observed) this.events$.next(event);
  }

  private warnOf(event: BrokerEvent<unknown>): void {
    switch (event._tag) {
      case "Blocked":
        this.warn(
          "BROKER_BLOCKED",
          "blocked a target, whose events wait now: look at blockedStreams(), then unblock or skip it",
          {
            stream: event.stream,
            cause: describeCause(event.cause),
          },
        );
        break;
      case "Malformed":
        this.warn(
          "BROKER_MALFORMED",
          "blocked a target, since no reaction of this program can read its event: look at blockedStreams()",
          {
            stream: event.stream,
            report: event.recorded.report,
          },
        );
        break;
      case "Full":
        this.warn(
          "BROKER_FULL",
          "holds as many events in a lane as pendingMax allows, so correlation waits for its handlers",
          {
            lane: event.lane,
            pending: event.pending,
          },
        );
        break;
      case "Lacks":
        this.warn(
          "BROKER_LACKS",
          "has reactions that this program does not have: they are left behind, until a program has them, or one registers them with .void() (or names the types that it gave up by the option without)",
          { lane: event.lane, reactions: event.reactions },
        );
        break;
      case "Failed":
        this.warn(
          "BROKER_FAILED",
          `could not end a run that wake() began (${describeCause(event.cause)}): ${event.dueAtMs === undefined ? "call wake() or runUntilIdle() again once that is mended" : "it is made again soon"}`,
          { cause: describeCause(event.cause), dueAtMs: event.dueAtMs },
        );
        break;
      case "StoreFailed":
        if (event.during === "settle")
          this.warn(
            "BROKER_SETTLE_FAILED",
            `could not settle events of a lane, or give them back (${event.error.message}): a run tries again, else they come again when their leases end`,
            { lane: event.lane, error: event.error },
          );
        break;
      case "Unreadable":
        this.warn(
          "BROKER_UNREADABLE",
          "has something in the line of a target that this version of the library did not write: it was dead-lettered, and its followers go on; look at deadLetters() of the lane's queue, with the version that wrote it",
          { lane: event.lane, stream: event.stream, report: event.report },
        );
        break;
      default:
    }
  }

  private warn(code: string, what: string, fields: Readonly<Record<string, unknown>>): void {
    this.warnings.warn(this.events$.observed, {
      code: `SLUICE_${code}`,
      sentence: `The broker ${JSON.stringify(this.broker)} ${what}.`,
      fields: { broker: this.broker, ...fields },
    });
  }
}
