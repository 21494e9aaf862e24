/**
 * A shop with event-sourced carts: pages from the server, live by server-sent events, a dashboard of all carts.
 *
 *   npm run example -- examples/cart/main.ts
 *   npm run example -- examples/cart/main.ts --pglite ./data
 *   npm run example -- examples/cart/main.ts --redis redis://localhost:6379
 *   npm run example -- examples/cart/main.ts --postgres postgres://localhost/postgres
 *
 * See README.md beside this file.
 */
import { once } from "node:events";
import { openPlace } from "../place/openPlace.js";
import { nameOf } from "../place/Place.js";
import { readCliOptions } from "./cliOptions.js";
import { serveShop } from "./serveShop.js";

/** A request waits no longer for a store that is away; the live parts wait as long as it takes. */
const commandMsMax = 2_000;

const options = readCliOptions(process.argv);
try {
  const { store, close: closePlace } = await openPlace(options.place, { commandMsMax, logger: console });
  await store.ready();
  const { url, close } = await serveShop(store, options);
  console.log(`The shop is open at ${url} (carts ${nameOf(options.place)}); Ctrl+C closes it.`);
  await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
  await close();
  await closePlace();
  console.log("closed");
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  // At once: a store that could not be reached need not be waited for.
  process.exit(1);
}
