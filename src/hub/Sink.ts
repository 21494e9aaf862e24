/** Warns of what people should hear of. */
import { type Logger, Warnings } from "../port/Warnings.js";

export class Sink {
  private readonly warnings: Warnings;

  constructor(
    private readonly hub: string,
    logger: Logger | undefined,
  ) {
    this.warnings = new Warnings(logger);
  }

  /** A record wins over what this program is deployed with. */
  differs(): void {
    this.warn(
      "HUB_ROUTES",
      "goes by routes that replaceRoutes has put in the place of those that this program is deployed with, and the two differ: replaceRoutes(undefined) takes them back",
      {},
    );
  }

  /** A newer version of the library has replaced the routes. */
  unreadable(report: ReadonlyArray<string>): void {
    this.warn("HUB_UNREADABLE", "has routes that this version of the library cannot read: its emits fail", { report });
  }

  /** Routes to destinations that this program does not have. */
  lacks(destinations: ReadonlyArray<string>): void {
    this.warn(
      "HUB_LACKS",
      "has routes to destinations that this program does not have, so that their dispatches end as misconfigured",
      { destinations },
    );
  }

  /** A dispatch, or the event of one, that another version of the library has written. */
  malformed(what: string, report: ReadonlyArray<string>): void {
    this.warn("HUB_MALFORMED", "has a dispatch that this version of the library cannot read: it is given back", {
      what,
      report,
    });
  }

  private warn(code: string, what: string, fields: Readonly<Record<string, unknown>>): void {
    this.warnings.warn(false, {
      code: `SLUICE_${code}`,
      sentence: `The hub ${JSON.stringify(this.hub)} ${what}.`,
      fields: { hub: this.hub, ...fields },
    });
  }
}
