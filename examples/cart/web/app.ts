/** The web application upon a shop: a function from requests to answers, without a server, so tests call it as it is. */
import { Hono } from "hono";
import { methodOverride } from "hono/method-override";
import { concatMap, firstValueFrom, NEVER, type Observable, takeUntil } from "rxjs";
import { readDashboard, watchDashboard } from "../dashboard.js";
import type { Shop } from "../Shop.js";
import { dashboardPage, liveDashboard } from "../views/dashboardPage.js";
import { problemPage } from "../views/problemPage.js";
import { assets } from "./assets.js";
import { cartRoutes } from "./cartRoutes.js";
import { liveStream } from "./liveStream.js";
import { headers, plainForms, smallBodies } from "./protect.js";
import { shippingRoutes } from "./shippingRoutes.js";
import { type WithToken, withToken } from "./token.js";

/** @param closed$ ends the streams, so that a server can close; default never */
export const createApp = (shop: Shop, closed$: Observable<unknown> = NEVER): Hono<WithToken> => {
  const dashboard$ = watchDashboard(shop);
  const app = new Hono<WithToken>();

  app.use(headers);
  app.route("/assets", assets);
  app.use(smallBodies, plainForms, methodOverride({ app }), withToken);
  app.use(async (c, next) => {
    await next();
    // Pages have a token in them.
    c.header("cache-control", "no-store");
  });
  app.get("/", async (c) => c.html(dashboardPage(await firstValueFrom(readDashboard(shop)), c.get("token"))));
  app.get("/live", (c) =>
    liveStream(
      c.req,
      dashboard$.pipe(
        concatMap(async (dashboard) => String(await liveDashboard(dashboard, c.get("token")))),
        takeUntil(closed$),
      ),
    ),
  );
  app.route("/cart", cartRoutes(shop, closed$));
  app.route("/shipping", shippingRoutes(shop));

  app.notFound((c) =>
    c.html(problemPage("There is nothing here", "Look at the address, or begin at the dashboard."), 404),
  );
  app.onError((error, c) => {
    const away = "_tag" in error && error._tag === "StoreUnavailable";
    console.error(error.message);
    return away
      ? c.html(problemPage("The store is away", "Nothing is lost. Try again in a moment."), 503)
      : c.html(problemPage("Something went wrong", "It was written down. Try again."), 500);
  });
  return app;
};
