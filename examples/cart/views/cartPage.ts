/** A cart: what is in it now, its events, and a slider that shows it as it was. */
import type { Line } from "../domain/Cart.js";
import type { CartPage } from "../web/readCart.js";
import { addForm } from "./addForm.js";
import { eventList } from "./eventList.js";
import { type Html, html } from "./Html.js";
import { layout } from "./layout.js";
import { linesTable } from "./linesTable.js";

/** What somebody has tried in vain. */
export interface Attempt {
  readonly problem?: string;
  /** What stood in the form. */
  readonly fields?: Readonly<Record<string, string>>;
}

/** A button that sends a form of its own; with script the notice and the cart are exchanged, without it the page. */
const sendingForm = (action: string, token: string, content: Html): Html => html`<form method="post" action="${action}"
  hx-post="${action}" hx-target="#notice" hx-select="#notice" hx-swap="outerHTML" hx-select-oob="#now:outerMorph,#history:outerMorph">
  <input type="hidden" name="token" value="${token}">${content}
</form>`;

const removeForm = (id: string, token: string, { sku }: Line): Html =>
  sendingForm(
    `/cart/${id}/${encodeURIComponent(sku)}`,
    token,
    html`<input type="hidden" name="_method" value="DELETE"><button class="quiet" aria-label="Remove ${sku}"><span class="wide-only">Remove</span><span class="narrow-only">×</span></button>`,
  );

const nowCard = (
  { id, now: { state }, parcel }: CartPage,
  token: string,
): Html => html`<section class="card" id="now" aria-labelledby="now-title"${state.paid ? html` data-paid` : ""}>
  <div class="title"><h2 id="now-title">In the cart</h2><span class="badge ${state.paid ? "paid" : "open"}">${state.paid ? "Paid" : "Open"}</span>${state.paid ? html`<span class="badge">${parcel.shipped ? "Shipped" : "To be shipped"}</span>` : ""}</div>
  ${linesTable(state, state.paid ? undefined : (line) => removeForm(id, token, line))}
  ${state.paid || state.lines.length === 0 ? "" : sendingForm(`/cart/${id}/pay`, token, html`<button class="primary wide">Complete purchase</button>`)}
</section>`;

/** What stands at the version of the slider. Live changes leave it alone: it is of the past. */
const replayed = ({ past }: CartPage): Html => html`<div id="replayed" hx-morph-skip aria-live="polite">
  <p class="at">Version <strong>${past.version}</strong>${past.state.paid ? html` <span class="badge paid">Paid</span>` : ""}</p>
  ${linesTable(past.state)}
</div>`;

const replayCard = (page: CartPage): Html => html`<section class="card" id="replay" aria-labelledby="replay-title">
  <h2 id="replay-title">Replay</h2>
  <form method="get" action="/cart/${page.id}" class="replay">
    <label for="version">Version</label>
    <input type="range" id="version" name="version" min="0" max="${page.now.version}" value="${page.past.version}" autocomplete="off"
      hx-get="/cart/${page.id}" hx-trigger="input delay:40ms" hx-target="#replayed" hx-select="#replayed" hx-swap="outerHTML" hx-sync="this:replace">
    <button class="quiet">Show</button>
  </form>
  ${replayed(page)}
</section>`;

/** What changes by itself while it is looked at. */
export const liveCart = (page: CartPage, token: string): Html => html`${nowCard(page, token)}
${replayCard(page)}
<section class="card" id="history" aria-labelledby="history-title">
  <div class="title"><h2 id="history-title">Events</h2><span class="badge">version ${page.now.version}</span></div>
  ${eventList(page.id, page.events)}
</section>`;

export const cartPage = (page: CartPage, token: string, { problem, fields = {} }: Attempt): Html =>
  layout(
    `Cart ${page.id}`,
    html`<h1>Cart <span class="id">${page.id}</span></h1>
    <div id="notice" role="status">${problem === undefined ? "" : html`<p class="notice">${problem}</p>`}</div>
    <div class="grid">
      ${addForm(page.id, token, fields)}
      <div id="live" hx-sse:connect="/cart/${page.id}/live?version=${page.past.version}" hx-swap="innerMorph">${liveCart(page, token)}</div>
    </div>`,
  );
