/** What every answer says to the browser, and how much a request may bring. */
import type { MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { secureHeaders } from "hono/secure-headers";
import { problemPage } from "../views/problemPage.js";

const self = ["'self'"];
const none = ["'none'"];

/** Scripts, styles and streams from here alone; nothing inline, no frame around it. TLS, and HSTS with it, is the proxy's. */
export const headers = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: none,
    scriptSrc: self,
    styleSrc: self,
    imgSrc: self,
    connectSrc: self,
    formAction: self,
    baseUri: none,
    frameAncestors: none,
  },
  referrerPolicy: "same-origin",
  strictTransportSecurity: false,
  xFrameOptions: "DENY",
});

export const bodyBytesMax = 8 * 1024;

export const smallBodies = bodyLimit({
  maxSize: bodyBytesMax,
  onError: (c) => c.html(problemPage("That is too much", `A form has at most ${bodyBytesMax} bytes.`), 413),
});

/** Forms come as browsers send them without files. Of anything else what is none would be found out only when it is read. */
export const plainForms: MiddlewareHandler = async (c, next) => {
  const type = c.req.header("content-type");
  if (type === undefined || type.startsWith("application/x-www-form-urlencoded")) return next();
  return c.html(
    problemPage("That is no form of this shop", "Go back, load the page again, and send it once more."),
    415,
  );
};
