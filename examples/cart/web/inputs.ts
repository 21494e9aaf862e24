/** What may come from outside, and how long it may be. Everything else is answered by a sentence that says what fits. */
import { type Either, mapLeft } from "fp-ts/lib/Either.js";
import * as t from "io-ts";

/** A text from outside and what is made of it; `undefined` is refused with the message. */
const input = <A>(message: string, read: (text: string) => A | undefined): t.Type<A, A, unknown> =>
  new t.Type<A, A, unknown>(
    message,
    (u): u is A => u !== undefined,
    (u, context) => {
      const value = typeof u === "string" ? read(u.trim()) : undefined;
      return value === undefined ? t.failure(u, context, message) : t.success(value);
    },
    t.identity,
  );

const matching =
  (pattern: RegExp) =>
  (text: string): string | undefined =>
    pattern.test(text) ? text : undefined;

export const CartId = input(
  "A cart's name has 1 to 40 letters, digits and “-”, and begins with a letter or a digit.",
  matching(/^[A-Za-z0-9][A-Za-z0-9-]{0,39}$/),
);

/** Any text that can be seen; but a dot alone would be another page's address. */
export const Sku = input(
  "A product has 1 to 40 characters that can be seen, and is not a dot alone.",
  matching(/^(?!\.{1,2}$)[^\p{C}\p{Z}](?:[^\p{C}]{0,38}[^\p{C}\p{Z}])?$/u),
);

export const qtyMax = 999;
const Qty = input(`A quantity is a whole number from 1 to ${qtyMax}.`, (text) => {
  const qty = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  return qty >= 1 ? qty : undefined;
});

/** Cents, of a text such as “12.50”. Nothing is negative here; the domain refuses that by itself. */
const Price = input("A price is 0 or more, at most 99999.99, such as 12.50.", (text) => {
  const [, whole, part = ""] = /^(\d{1,5})(?:[.,](\d{1,2}))?$/.exec(text) ?? [];
  return whole === undefined ? undefined : Number(whole) * 100 + Number(part.padEnd(2, "0"));
});

/** The form by which a product is added. */
export const AddForm = t.readonly(t.type({ sku: Sku, qty: Qty, price: Price }));

/** A version to go back to. */
export const Version = input("A version is a whole number.", (text) =>
  /^\d{1,9}$/.test(text) ? Number(text) : undefined,
);

/** The value, or what is wrong with each part. */
export const decodeInput = <A>(codec: t.Type<A, unknown, unknown>, value: unknown): Either<string, A> =>
  mapLeft((errors: t.Errors) => errors.map(({ message }) => message ?? "Something is missing.").join(" "))(
    codec.decode(value),
  );
