/** The pages of carts. Only POST and DELETE change something; a form without script says `_method=DELETE`. */
import { randomBytes } from "node:crypto";
import { isLeft } from "fp-ts/lib/Either.js";
import { type Context, Hono } from "hono";
import { concatMap, firstValueFrom, type Observable, takeUntil } from "rxjs";
import type { CartCommand } from "../domain/decide.js";
import type { Shop } from "../Shop.js";
import { tellAndRetry } from "../tellAndRetry.js";
import { type Attempt, cartPage, liveCart } from "../views/cartPage.js";
import { problemPage } from "../views/problemPage.js";
import { AddForm, CartId, decodeInput, Sku, Version } from "./inputs.js";
import { liveStream } from "./liveStream.js";
import { readCart } from "./readCart.js";
import type { WithToken } from "./token.js";
import { watchCart } from "./watchCart.js";

/** Of a cart whose name is one. */
interface OfCart {
  readonly Variables: WithToken["Variables"] & { readonly id: string };
}

type Ask = Context<OfCart>;

export const cartRoutes = (shop: Shop, closed$: Observable<unknown>): Hono<OfCart> => {
  const page = async (c: Ask, { status, ...attempt }: Attempt & { readonly status: 200 | 400 | 409 }) => {
    const version = decodeInput(Version, c.req.query("version"));
    const read = await firstValueFrom(readCart(shop, c.get("id"), isLeft(version) ? undefined : version.right));
    return c.html(cartPage(read, c.get("token"), attempt), status);
  };

  /** Hands a command to the cart: its page again, or its page with why it is refused. */
  const answer = async (c: Ask, command: CartCommand, fields: Attempt["fields"] = {}) => {
    const decided = await shop.carts.handle(c.get("id"), command);
    return isLeft(decided)
      ? page(c, { status: 409, problem: decided.left, fields })
      : c.redirect(`/cart/${c.get("id")}`, 303);
  };

  const routes = new Hono<OfCart>();

  // Where somebody types a name, or has none: the cart comes to be with what is added first.
  routes.get("/", (c) => {
    const given = decodeInput(CartId, c.req.query("id") ?? randomBytes(4).toString("hex"));
    return isLeft(given)
      ? c.html(problemPage("That is no name for a cart", given.left), 400)
      : c.redirect(`/cart/${given.right}`, 303);
  });

  routes.use("/:id/*", async (c, next) => {
    const id = decodeInput(CartId, c.req.param("id"));
    if (isLeft(id)) return c.html(problemPage("There is no such cart", id.left), 404);
    c.set("id", id.right);
    return next();
  });
  routes.get("/:id", (c) => page(c, { status: 200 }));
  routes.get("/:id/live", (c) => {
    const version = decodeInput(Version, c.req.query("version"));
    if (isLeft(version)) return c.html(problemPage("There is no such version", version.left), 400);
    return liveStream(
      c.req,
      watchCart(shop, c.get("id"), version.right).pipe(
        concatMap(async (now) => String(await liveCart(now, c.get("token")))),
        tellAndRetry("A live cart"),
        takeUntil(closed$),
      ),
    );
  });
  routes.post("/:id", async (c) => {
    const fields = textsOf(await c.req.parseBody());
    const form = decodeInput(AddForm, fields);
    return isLeft(form)
      ? page(c, { status: 400, problem: form.left, fields })
      : answer(c, { type: "AddToCart", ...form.right }, fields);
  });
  routes.post("/:id/pay", (c) => answer(c, { type: "CompletePurchase" }));
  routes.delete("/:id/:sku", (c) => {
    const sku = decodeInput(Sku, c.req.param("sku"));
    return isLeft(sku)
      ? page(c, { status: 400, problem: sku.left })
      : answer(c, { type: "RemoveFromCart", sku: sku.right });
  });
  return routes;
};

/** Fields of a form that are texts, and those alone: no files. */
const textsOf = (body: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(body).filter((field): field is [string, string] => typeof field[1] === "string"));
