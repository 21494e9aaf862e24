/** Takes what happens in a hub. Where nobody listens, the process is warned of what people should hear of. */
import { Subject } from "rxjs";
import { type Logger, Warnings } from "../port/Warnings.js";
import type { HubNotice } from "./HubNotice.js";

/** What people should hear of: a code, what is to be said of the hub, and more about it. */
type Said = readonly [code: string, what: string, fields: Readonly<Record<string, unknown>>];

export class Sink {
  readonly events$: Subject<HubNotice> = new Subject<HubNotice>();
  private readonly warnings: Warnings;

  constructor(
    private readonly hub: string,
    logger: Logger | undefined,
  ) {
    this.warnings = new Warnings(logger);
  }

  tell(notice: HubNotice): void {
    const said = saidOf(notice);
    if (said !== undefined) this.warn(said);
    if (this.events$.observed) this.events$.next(notice);
  }

  private warn([code, what, fields]: Said): void {
    this.warnings.warn(this.events$.observed, {
      code: `SLUICE_HUB_${code}`,
      sentence: `The hub ${JSON.stringify(this.hub)} ${what}.`,
      fields: { hub: this.hub, ...fields },
    });
  }
}

const at = (destination: string): string => `destination ${JSON.stringify(destination)}`;

const saidOf = (notice: HubNotice): Said | undefined => {
  switch (notice._tag) {
    case "BreakerOpened": {
      const { _tag, ...fields } = notice;
      const what = `begins nothing at its ${at(notice.destination)} for now, since executions fail there (${notice.error})`;
      return ["BREAKER", what, fields];
    }
    case "Lost": {
      const { id: dispatchId, destination } = notice.dispatch;
      const what = `has marked a dispatch to its ${at(destination)} as lost: is anybody running the hub, and its queue not purged? retryDispatch makes a new one`;
      return ["LOST", what, { destination, dispatchId }];
    }
    case "Misconfigured": {
      const { destination, dispatchId } = notice;
      const what = `had a dispatch for its ${at(destination)}, which this program does not have, so that it has ended as misconfigured`;
      return ["MISCONFIGURED", what, { destination, dispatchId }];
    }
    case "Refused": {
      const { destination, dispatchId, error } = notice;
      const what = `could not write a result of its ${at(destination)} (${error.message}): the dispatch comes again when its lease ends`;
      return ["REFUSED", what, { destination, dispatchId, error }];
    }
    case "StoreFailed": {
      const { destination, during, error } = notice;
      if (during !== "settle") return undefined;
      const what = `could not settle dispatches of its ${at(destination)}, or give them back (${error.message}): the run tries again, else they come again when their leases end`;
      return ["SETTLE_FAILED", what, { destination, error }];
    }
    case "Malformed": {
      const { destination, dispatchId, of, report } = notice;
      const what = `has a dispatch whose ${of === "event" ? "event" : "record"} this version of the library cannot read: it is given back`;
      return ["MALFORMED", what, { destination, dispatchId, report }];
    }
    case "Poisoned": {
      const { destination, messageId, report } = notice;
      const what = `has something in the queue of its ${at(destination)} that is no message of a dispatch: it was dead-lettered there`;
      return ["POISONED", what, { destination, messageId, report }];
    }
    case "RoutesDiffer":
      return [
        "ROUTES",
        "goes by routes that replaceRoutes has put in the place of those that this program is deployed with, and the two differ: replaceRoutes(undefined) takes them back",
        {},
      ];
    case "RoutesUnreadable":
      return [
        "UNREADABLE",
        "has routes that this version of the library cannot read: its emits fail",
        { report: notice.report },
      ];
    case "Lacks":
      return [
        "LACKS",
        "has routes to destinations that this program does not have, so that their dispatches end as misconfigured",
        { destinations: notice.destinations },
      ];
    // A store warns of itself.
    case "StoreDown":
    case "StoreUp":
    case "BreakerClosed":
    case "RoutesReplaced":
      return undefined;
  }
};
