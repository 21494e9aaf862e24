/** Opens a store at a place. Each kind is loaded only where it is asked for: a run in memory begins sooner without the others. */
import { mkdir } from "node:fs/promises";
import type { Store } from "sluice";
import { memoryStore } from "sluice/memory";
import type { Logger } from "sluice/store";
import { type Place, schemaOf } from "./Place.js";

export interface PlaceSettings {
  readonly logger?: Logger | undefined;
  /** How long a call rides out a lost connection (milliseconds). Default: that of the store. */
  readonly commandMsMax?: number;
}

export interface OpenPlace {
  readonly store: Store;
  readonly close: () => Promise<void>;
}

/** Nothing is asked of a server yet: `store.ready()` fails where none answers. */
export const openPlace = async (place: Place, settings: PlaceSettings = {}): Promise<OpenPlace> => {
  switch (place.kind) {
    case "memory":
      return closing(memoryStore({ logger: settings.logger }));
    case "redis": {
      const { redisStore } = await import("sluice/redis");
      return closing(redisStore(place.url, { namespace: place.namespace, ...settings }));
    }
    case "postgres": {
      const { postgresStore } = await import("sluice/postgres");
      return closing(postgresStore(place.url, { schema: schemaOf(place), ...settings }));
    }
    case "pglite": {
      const [{ PGlite }, { postgresStore }] = await Promise.all([
        import("@electric-sql/pglite"),
        import("sluice/postgres"),
      ]);
      // PGlite makes its folder, but not those above it.
      await mkdir(place.dir, { recursive: true });
      const pglite = await PGlite.create(place.dir);
      const { store, close } = closing(postgresStore(pglite, { schema: schemaOf(place), ...settings }));
      return {
        store,
        close: async () => {
          await close();
          await pglite.close();
        },
      };
    }
  }
};

const closing = (store: Store): OpenPlace => ({ store, close: async () => store.close() });
