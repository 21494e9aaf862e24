/** Scripts and style, from here: htmx as npm has installed it, one style sheet, one script. Read once, when the program starts. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Hono } from "hono";

const { resolve } = createRequire(import.meta.url);

const files = {
  "htmx.js": { path: resolve("htmx.org/dist/htmx.min.js"), type: "text/javascript; charset=utf-8" },
  "sse.js": { path: resolve("htmx.org/dist/ext/hx-sse.min.js"), type: "text/javascript; charset=utf-8" },
  "shop.js": { path: new URL("../public/shop.js", import.meta.url), type: "text/javascript; charset=utf-8" },
  "icon.svg": { path: new URL("../public/icon.svg", import.meta.url), type: "image/svg+xml" },
  "style.css": { path: new URL("../public/style.css", import.meta.url), type: "text/css; charset=utf-8" },
} as const;

export const assets = new Hono();
for (const [name, { path, type }] of Object.entries(files)) {
  const text = readFileSync(path, "utf8");
  assets.get(`/${name}`, (c) => c.body(text, 200, { "content-type": type, "cache-control": "public, max-age=300" }));
}
