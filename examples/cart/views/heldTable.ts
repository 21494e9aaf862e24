/** Parcels that are held, with what people may do to each. */
import type { Held } from "../shipping.js";
import { type Html, html } from "./Html.js";
import { clock } from "./texts.js";

const acts = { insure: "Insure", skip: "Skip" } as const;

const freeForm = (id: string, token: string, act: keyof typeof acts): Html =>
  html`<form method="post" action="/shipping/${id}/${act}"><input type="hidden" name="token" value="${token}"><button class="quiet" aria-label="${acts[act]} the parcel of ${id}">${acts[act]}</button></form>`;

const heldRow = ({ id, cause, sinceMs }: Held, token: string): Html => html`<tr>
  <th scope="row"><a href="/cart/${id}">${id}</a></th>
  <td>${cause}</td>
  <td class="number wide-only"><time datetime="${new Date(sinceMs).toISOString()}">${clock(sinceMs)}</time></td>
  <td class="number">${freeForm(id, token, "insure")}${freeForm(id, token, "skip")}</td>
</tr>`;

export const heldTable = (held: ReadonlyArray<Held>, token: string): Html =>
  held.length === 0
    ? html`<p class="empty">None: what is paid is shipped.</p>`
    : html`<div class="scroll"><table>
        <thead><tr><th scope="col">Cart</th><th scope="col">Why</th><th scope="col" class="number wide-only">Since</th><th scope="col"><span class="unseen">What to do</span></th></tr></thead>
        <tbody>${held.map((one) => heldRow(one, token))}</tbody>
      </table></div>`;
