/** The form by which a product is added. Where it is refused it comes back with what was typed. */
import { qtyMax } from "../web/inputs.js";
import { type Html, html } from "./Html.js";

/** What the shop has; but any name is taken. */
const products = ["Green tea", "Coffee beans", "Oat biscuits", "Tea pot", "Milk jug", "Filter papers"];

export const addForm = (
  id: string,
  token: string,
  fields: Readonly<Record<string, string>>,
): Html => html`<section class="card" id="add" aria-labelledby="add-title">
  <h2 id="add-title">Add a product</h2>
  <form method="post" action="/cart/${id}" class="add"
    hx-post="/cart/${id}" hx-target="#notice" hx-select="#notice" hx-swap="outerHTML" hx-select-oob="#now:outerMorph,#history:outerMorph"
    hx-status:400="selectOOB:'#add:outerHTML,#now:outerMorph'" hx-status:409="selectOOB:'#add:outerHTML,#now:outerMorph'">
    <input type="hidden" name="token" value="${token}">
    <div class="field grow"><label for="sku">Product</label><input id="sku" name="sku" list="products" required maxlength="40" autocomplete="off" value="${fields["sku"] ?? ""}"></div>
    <div class="field"><label for="qty">Quantity</label><input id="qty" name="qty" type="number" required min="1" max="${qtyMax}" value="${fields["qty"] ?? "1"}"></div>
    <div class="field"><label for="price">Price in €</label><input id="price" name="price" required inputmode="decimal" maxlength="8" placeholder="12.50" autocomplete="off" value="${fields["price"] ?? ""}"></div>
    <button class="primary" id="add-button">Add to cart</button>
  </form>
  <datalist id="products">${products.map((product) => html`<option value="${product}"></option>`)}</datalist>
</section>`;
