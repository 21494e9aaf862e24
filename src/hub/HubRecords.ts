/** What all processes of a hub agree upon: the routes that hold, and the destinations that it ever had dispatches for. */
import * as t from "io-ts";
import { map, type Observable } from "rxjs";
import type { Effect } from "../core/Effect.js";
import { mapEffect } from "../core/Effect.js";
import { iterate } from "../core/iterate.js";
import type { Revision } from "../core/Revision.js";
import type { DecodeRefused, ReadError, SluiceError, WriteError } from "../core/SluiceError.js";
import type { Write } from "../core/Write.js";
import type { RecordsStore } from "../port/Store.js";
import { records } from "../records/makeRecords.js";
import type { Records } from "../records/Records.js";
import { hubRecordsOf } from "./names.js";
import type { RoutesConfig } from "./routes/Routes.js";
import { RoutesConfigCodec } from "./routes/RoutesConfigCodec.js";

/** The config that wins over what is deployed, with the revision of its record. */
export interface HeldConfig {
  readonly config: RoutesConfig<string>;
  readonly revision: Revision;
}

type Value =
  | { readonly is: "routes"; readonly config: RoutesConfig<string> }
  | { readonly is: "destination"; readonly destination: string };

const ValueCodec: t.Type<Value, unknown> = t.union([
  t.type({ is: t.literal("routes"), config: RoutesConfigCodec }),
  t.type({ is: t.literal("destination"), destination: t.string }),
]);

/** The id of the record of routes. */
const ROUTES = "routes";
/** Texts of routes have half a million characters at most. */
const VALUE_BYTES_MAX = 4 * 1024 * 1024;
const PAGE_COUNT = 1_000;

interface Places extends Readonly<Record<string, unknown>> {
  readonly destinations: never;
}

export class HubRecords {
  private readonly records: Records<Value, Places>;

  constructor(store: RecordsStore, hub: string) {
    this.records = records<Value, Places>(store, {
      name: hubRecordsOf(hub),
      codec: ValueCodec,
      valueBytesMax: VALUE_BYTES_MAX,
      indexes: { destinations: (value) => (value.is === "destination" ? {} : undefined) },
    });
  }

  get collection(): string {
    return this.records.definition.name;
  }

  /** The routes that win over what is deployed, where there are any. */
  routes(): Effect<HeldConfig | undefined, ReadError | DecodeRefused> {
    return mapEffect(this.records.get(ROUTES), (found) =>
      found?.value.is === "routes" ? { config: found.value.config, revision: found.revision } : undefined,
    );
  }

  putRoutes(config: RoutesConfig<string>): Write<Revision, WriteError> {
    return this.records.put(ROUTES, { is: "routes", config });
  }

  removeRoutes(): Write<boolean, WriteError> {
    return this.records.remove(ROUTES);
  }

  /** Refuses what it is joined with where other routes hold by now. */
  checkRoutes(was: Revision | undefined): Write<void> {
    return this.records.check(ROUTES, was);
  }

  putDestination(destination: string): Write<Revision, WriteError> {
    return this.records.put(`destination/${destination}`, { is: "destination", destination });
  }

  /** All destinations that a dispatch was ever made for. */
  destinations(): Observable<ReadonlyArray<string>> {
    return iterate<Reading, SluiceError>(
      () => ({ names: [], after: undefined, isDone: false }),
      ({ names, after, isDone }) =>
        isDone
          ? undefined
          : this.records.page("destinations", { after, limit: PAGE_COUNT }).pipe(
              map(({ items, next }) => ({
                names: [...names, ...items.flatMap(({ value }) => ("destination" in value ? value.destination : []))],
                after: next,
                isDone: next === undefined,
              })),
            ),
    ).pipe(map(({ names }) => names));
  }
}

interface Reading {
  readonly names: ReadonlyArray<string>;
  readonly after: string | undefined;
  readonly isDone: boolean;
}
