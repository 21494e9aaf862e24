/** How events of carts are stored: under the text of their tag, in the streams of one category. */
import { eventCodec } from "sluice/log";
import { CartEvent } from "./domain/CartEvent.js";

export const category = "cart";

export const cartEvents = eventCodec(CartEvent, { tag: "type" });

/** The id of the cart that a stream is of. */
export const cartIdOf = (stream: string): string => stream.slice(category.length + 1);

export const streamOfCart = (id: string): string => `${category}/${id}`;
