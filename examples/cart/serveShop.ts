/** The shop as a server: it listens, keeps the projections up to date, ships what is paid, and closes in the order in which things depend on each other. */
import { once } from "node:events";
import { createServer } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { lastValueFrom, Subject, takeUntil, tap } from "rxjs";
import type { Store } from "sluice";
import { openShop } from "./Shop.js";
import { createApp } from "./web/app.js";

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface ShopServer {
  readonly url: string;
  /** Ends the streams, lets requests and the projections end, and closes the store. */
  readonly close: () => Promise<void>;
}

/** How long a request may go on while the server closes. */
const requestMsMax = 500;

export const serveShop = async (store: Store, { host, port }: Address): Promise<ShopServer> => {
  const shop = openShop(store);
  const closed$ = new Subject<void>();
  const projecting = lastValueFrom(
    shop.run(closed$).pipe(
      tap((progress) => {
        if (progress._tag === "Failed") console.error("An event cannot be projected:", progress.cause);
      }),
    ),
    { defaultValue: undefined },
  );
  shop.shipping.broker.events$.pipe(takeUntil(closed$)).subscribe((event) => {
    if (event._tag === "Blocked") console.error(`The parcel of ${event.stream} is held:`, textOf(event.cause));
  });
  // A log that went back ends them, while the carts go on: it is told at once, and not again by `close`.
  projecting.catch((error: unknown) => console.error("The projections have ended:", error));

  const server = createServer(getRequestListener(createApp(shop, closed$).fetch));
  server.listen(port, host);
  await once(server, "listening");
  const address = server.address();
  const at = typeof address === "object" && address !== null ? address.port : port;
  return {
    url: `http://${host}:${at}`,
    close: async () => {
      closed$.next();
      server.close();
      // A browser keeps its connections, and asks again over them.
      const impatient = setTimeout(() => server.closeAllConnections(), requestMsMax);
      await once(server, "close");
      clearTimeout(impatient);
      await projecting.catch(() => undefined);
      await store.close();
    },
  };
};

const textOf = (cause: unknown): string =>
  typeof cause === "object" && cause !== null && "message" in cause ? String(cause.message) : String(cause);
