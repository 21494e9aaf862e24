/**
 * Who sends a form must have read the page: each form carries the token that a cookie has too. A page of another site can
 * have a browser send the cookie, but can neither read it nor know the token. Nothing is kept on the server, so forms
 * outlive a restart.
 */
import { randomBytes, timingSafeEqual } from "node:crypto";
import type { Context, MiddlewareHandler } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { problemPage } from "../views/problemPage.js";

export interface WithToken {
  readonly Variables: { readonly token: string };
}

const tokenField = "token";
const cookieName = "cart-token";
const changesNothing: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);
const isToken = (text: string | undefined): text is string => text !== undefined && /^[0-9a-f]{64}$/.test(text);

const fresh = (c: Context): string => {
  const token = randomBytes(32).toString("hex");
  const secure = new URL(c.req.url).protocol === "https:";
  // Lax: a link from elsewhere leads here with the cookie, a form from elsewhere comes without it.
  setCookie(c, cookieName, token, { httpOnly: true, sameSite: "Lax", path: "/", secure });
  return token;
};

export const withToken: MiddlewareHandler<WithToken> = async (c, next) => {
  const cookie = getCookie(c, cookieName);
  if (changesNothing.has(c.req.method)) {
    c.set("token", isToken(cookie) ? cookie : fresh(c));
    return next();
  }
  const sent = c.req.header("x-csrf-token") ?? (await c.req.parseBody())[tokenField];
  if (!isToken(cookie) || typeof sent !== "string" || !isToken(sent) || !equal(cookie, sent))
    return c.html(
      problemPage("This form did not come from here", "Go back, load the page again, and send it once more."),
      403,
    );
  c.set("token", cookie);
  return next();
};

const equal = (a: string, b: string): boolean => timingSafeEqual(Buffer.from(a), Buffer.from(b));
