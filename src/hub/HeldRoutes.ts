/** Which routes hold: those of the record, where there is one, else those that this program is deployed with. */
import {
  catchError,
  concatMap,
  defer,
  distinctUntilChanged,
  map,
  merge,
  type Observable,
  of,
  switchMap,
  take,
  throwError,
  timer,
} from "rxjs";
import { type Effect, failingWith, fromOne, mapEffect } from "../core/Effect.js";
import type { Revision } from "../core/Revision.js";
import { type DecodeRefused, isSluiceError, type ReadError, type WriteError } from "../core/SluiceError.js";
import { callsOf, type Turn } from "../log/callsOf.js";
import type { RecordsStore } from "../port/Store.js";
import type { Parts as HubParts } from "./definition.js";
import type { HeldConfig, HubRecords } from "./HubRecords.js";
import type { Held, Local } from "./Local.js";
import { tellLacking } from "./lacking.js";
import { routesOf } from "./routes/compiled.js";
import type { Routes } from "./routes/Routes.js";
import type { Sink } from "./Sink.js";

/** Other processes are looked for so often. */
const LOOK_MS = 1_000;

interface Parts extends Pick<HubParts, "destinations"> {
  readonly store: RecordsStore;
  readonly records: HubRecords;
  readonly local: Local;
  readonly sink: Sink;
}

export class HeldRoutes {
  /** Whether people know that the record has other routes than this program is deployed with. */
  private isKnown = false;
  /** The latest that this program has looked at for destinations which it lacks. */
  private looked: Revision | undefined;

  constructor(
    private readonly deployed: Routes,
    private readonly parts: Parts,
  ) {}

  /** As far as this process knows: a write that goes by them checks `held`. */
  get now(): Routes {
    return this.parts.local.held?.routes ?? this.deployed;
  }

  /** Reads the record. */
  refresh(): Effect<Routes, ReadError | DecodeRefused> {
    const { records, local } = this.parts;
    return mapEffect(records.routes(), (found) => {
      const { held, hasLooked } = local;
      local.held = this.heldOf(found);
      local.hasLooked = true;
      if (hasLooked && held?.revision !== found?.revision) this.parts.sink.tell({ _tag: "RoutesReplaced" });
      return this.now;
    });
  }

  /** The same for those who emit nothing: what they cannot read is told to people, and stops nobody. */
  look(): Observable<unknown> {
    return this.refresh().pipe(
      catchError((error: unknown) => {
        if (!isSluiceError(error) || error._tag !== "DecodeRefused") return throwError(() => error);
        this.parts.sink.tell({ _tag: "RoutesUnreadable", report: error.report });
        return of(undefined);
      }),
    );
  }

  replace(routes: Routes | undefined): Effect<void, WriteError | DecodeRefused> {
    const { records, local } = this.parts;
    const write = routes === undefined ? records.removeRoutes() : records.putRoutes(routes.config);
    this.isKnown = true;
    local.hasLooked = true;
    return failingWith<WriteError | DecodeRefused>()(
      fromOne(
        defer(() => write).pipe(
          concatMap(() => this.refresh()),
          map(() => local.replaced$.next()),
        ),
      ),
    );
  }

  get changes$(): Observable<Routes> {
    const { store, local } = this.parts;
    return defer(() => {
      const looks$: Observable<unknown> = merge(timer(LOOK_MS, store.scheduler), local.replaced$).pipe(take(1));
      const call = (first: boolean): Observable<Turn<boolean, Routes>> =>
        (first ? of(undefined) : looks$).pipe(
          switchMap(() => this.refresh()),
          map((routes) => ({ items: [routes], next: false })),
        );
      return callsOf<boolean, Routes>(store, { start: true, call, live: true });
    }).pipe(distinctUntilChanged());
  }

  /** Compiled once for each revision, so that the same routes are the same value. */
  private heldOf(found: HeldConfig | undefined): Held | undefined {
    if (found === undefined) return undefined;
    const { held } = this.parts.local;
    if (!this.isKnown && JSON.stringify(found.config) !== JSON.stringify(this.deployed.config)) {
      this.isKnown = true;
      this.parts.sink.tell({ _tag: "RoutesDiffer" });
    }
    const { revision, config } = found;
    const now = held?.revision === revision ? held : { revision, routes: routesOf(config) };
    if (this.looked !== revision) tellLacking(now.routes, this.parts);
    this.looked = revision;
    return now;
  }
}
