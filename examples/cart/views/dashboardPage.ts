/** The dashboard: the revenue of all carts, parcels that are held, and the carts that changed last. */
import type { Dashboard } from "../dashboard.js";
import { totalOf } from "../domain/Cart.js";
import { type Html, html } from "./Html.js";
import { heldTable } from "./heldTable.js";
import { layout } from "./layout.js";
import { revenueChart } from "./revenueChart.js";
import { clock, money } from "./texts.js";

const cartRow = ({ id, cart, changedAtMs }: Dashboard["carts"][number]): Html => html`<tr>
  <th scope="row"><a href="/cart/${id}">${id}</a></th>
  <td><span class="badge ${cart.paid ? "paid" : "open"}">${cart.paid ? "Paid" : "Open"}</span></td>
  <td class="number wide-only">${cart.lines.length}</td>
  <td class="number">${money(totalOf(cart))}</td>
  <td class="number wide-only"><time datetime="${new Date(changedAtMs).toISOString()}">${clock(changedAtMs)}</time></td>
</tr>`;

const cartsTable = (carts: Dashboard["carts"]): Html =>
  carts.length === 0
    ? html`<p class="empty">No carts yet: open one.</p>`
    : html`<div class="scroll"><table>
        <thead><tr><th scope="col">Cart</th><th scope="col">State</th><th scope="col" class="number wide-only">Products</th><th scope="col" class="number">Total</th><th scope="col" class="number wide-only">Changed</th></tr></thead>
        <tbody>${carts.map(cartRow)}</tbody>
      </table></div>`;

/** What changes by itself while it is looked at. */
export const liveDashboard = (
  { revenue, carts, held }: Dashboard,
  token: string,
): Html => html`<section class="card" id="revenue" aria-labelledby="revenue-title">
  <div class="title"><h2 id="revenue-title">Revenue</h2><span class="badge">${revenue.paid} paid ${revenue.paid === 1 ? "cart" : "carts"}</span></div>
  <p class="figure" id="total">${money(revenue.total)}</p>
  ${revenueChart(revenue)}
</section>
<section class="card" id="carts" aria-labelledby="carts-title">
  <h2 id="carts-title">Carts</h2>
  ${cartsTable(carts)}
</section>
<section class="card" id="held" aria-labelledby="held-title">
  <div class="title"><h2 id="held-title">Held parcels</h2><span class="badge">${held.length} held</span></div>
  ${heldTable(held, token)}
</section>`;

export const dashboardPage = (dashboard: Dashboard, token: string): Html =>
  layout(
    "Dashboard",
    html`<h1>Dashboard</h1>
    <div id="live" class="stack" hx-sse:connect="/live" hx-swap="innerMorph">${liveDashboard(dashboard, token)}</div>
    <section class="card" id="open" aria-labelledby="open-title">
      <h2 id="open-title">Open a cart</h2>
      <form method="get" action="/cart" class="add">
        <div class="field grow"><label for="id">Name</label><input id="id" name="id" required maxlength="40" pattern="[A-Za-z0-9][A-Za-z0-9\\-]*" autocomplete="off" placeholder="ann"></div>
        <button class="primary">Open</button>
      </form>
    </section>`,
  );
