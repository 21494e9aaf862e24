/** The events of a cart, the latest first. Each leads to the cart as it was then. */
import type { Recorded } from "sluice/log";
import type { CartEvent } from "../domain/CartEvent.js";
import { type Html, html } from "./Html.js";
import { clock, money } from "./texts.js";

const detailOf = (event: CartEvent): string => {
  switch (event.type) {
    case "ItemAdded":
      return `${event.qty} × ${event.sku} at ${money(event.price)}`;
    case "ItemRemoved":
      return event.sku;
    case "CartPaid":
      return money(event.total);
  }
};

export const eventList = (id: string, events: ReadonlyArray<Recorded<CartEvent>>): Html =>
  events.length === 0
    ? html`<p class="empty">No events yet.</p>`
    : html`<ol class="events">
        ${events.map(
          ({ version, event, appendedAtMs }) => html`<li>
            <a href="/cart/${id}?version=${version}" title="The cart at version ${version}">
              <span class="version">${version}</span>
              <span class="what"><strong class="${event.type}">${event.type}</strong> <span>${detailOf(event)}</span></span>
              <time datetime="${new Date(appendedAtMs).toISOString()}">${clock(appendedAtMs)}</time>
            </a>
          </li>`,
        )}
      </ol>`;
