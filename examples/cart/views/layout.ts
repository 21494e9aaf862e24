/**
 * What every page has around it. The scripts stand last, and are not deferred: a deferred htmx begins by a timer, which may
 * run before the script of its extension has come. Then nothing of the page would be live.
 */
import { type Html, html } from "./Html.js";

export const layout = (title: string, content: Html): Html => html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>${title} · Sluice shop</title>
    <link rel="icon" href="/assets/icon.svg">
    <link rel="stylesheet" href="/assets/style.css">
  </head>
  <body>
    <a class="skip" href="#content">Skip to the content</a>
    <header class="bar">
      <a class="brand" href="/"><span class="mark" aria-hidden="true"></span>Sluice shop</a>
      <nav aria-label="Main"><a href="/">Dashboard</a><a href="/cart">New cart</a></nav>
    </header>
    <main id="content">${content}</main>
    <footer>Every change is an event; what you see is made of them.</footer>
    <script src="/assets/htmx.js"></script>
    <script src="/assets/sse.js"></script>
    <script src="/assets/shop.js"></script>
  </body>
</html>`;
