/** The lines of a cart, with what may be done to each. */
import { amountOf, type Cart, type Line, totalOf } from "../domain/Cart.js";
import { type Html, html } from "./Html.js";
import { money } from "./texts.js";

export const linesTable = ({ lines, paid }: Cart, action?: (line: Line) => Html): Html =>
  lines.length === 0
    ? html`<p class="empty">Nothing in it.</p>`
    : html`<div class="scroll"><table>
        <thead><tr><th scope="col">Product</th><th scope="col" class="number">Qty</th><th scope="col" class="number wide-only">Price</th><th scope="col" class="number">Amount</th>${action && html`<th><span class="unseen">Remove</span></th>`}</tr></thead>
        <tbody>
          ${lines.map(
            (line) => html`<tr>
              <th scope="row">${line.sku}</th>
              <td class="number">${line.qty}</td>
              <td class="number wide-only">${money(line.price)}</td>
              <td class="number">${money(amountOf(line))}</td>
              ${action && html`<td class="number">${action(line)}</td>`}
            </tr>`,
          )}
        </tbody>
        <tfoot><tr><th scope="row" colspan="2">${paid ? "Paid" : "Total"}</th><td class="wide-only"></td><td class="number total">${money(totalOf({ lines, paid }))}</td>${action && html`<td></td>`}</tr></tfoot>
      </table></div>`;
