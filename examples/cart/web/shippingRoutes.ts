/** Parcels that are held: who they are, as JSON, and what people do with them. */
import { isLeft } from "fp-ts/lib/Either.js";
import { type Context, Hono } from "hono";
import { firstValueFrom } from "rxjs";
import type { Shop } from "../Shop.js";
import { problemPage } from "../views/problemPage.js";
import { CartId, decodeInput } from "./inputs.js";
import type { WithToken } from "./token.js";

export const shippingRoutes = ({ shipping }: Shop): Hono<WithToken> => {
  /** Does this with a held parcel: the dashboard again, or why it cannot be done. */
  const answer = async (c: Context<WithToken>, act: (id: string) => Promise<boolean>) => {
    const id = decodeInput(CartId, c.req.param("id"));
    if (isLeft(id)) return c.html(problemPage("There is no such cart", id.left), 404);
    return (await act(id.right))
      ? c.redirect("/", 303)
      : c.html(
          problemPage("That parcel is not held", "Somebody else may have been faster. Look at the dashboard."),
          409,
        );
  };

  const routes = new Hono<WithToken>();
  routes.get("/", async (c) => c.json({ held: await firstValueFrom(shipping.held()) }));
  routes.post("/:id/insure", (c) => answer(c, shipping.insure));
  routes.post("/:id/skip", (c) => answer(c, shipping.skip));
  return routes;
};
