/**
 * A shop with event-sourced carts: pages from the server, live by server-sent events, a dashboard of all carts.
 *
 *   npm run example -- examples/cart/main.ts
 *   npm run example -- examples/cart/main.ts --redis redis://localhost:6379
 *
 * See README.md beside this file.
 */
import { once } from "node:events";
import { readCliOptions } from "./cliOptions.js";
import { openStore } from "./openStore.js";
import { serveShop } from "./serveShop.js";

const options = readCliOptions(process.argv);
try {
  const store = await openStore(options);
  const { url, close } = await serveShop(store, options);
  console.log(
    `The shop is open at ${url} (carts ${options.redis === undefined ? "in memory" : "in Redis"}); Ctrl+C closes it.`,
  );
  await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
  await close();
  console.log("closed");
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  // At once: a store that could not be reached need not be waited for.
  process.exit(1);
}
