/**
 * Cleans errors as they enter from the driver. The server hangs values of users on an error (its detail, where, and the statement), and
 * the driver hangs the request on it. A new error keeps the name, message, code and address.
 */
import { isSluiceError } from "../../../core/SluiceError.js";

/** The fields that say where and how it failed. */
const FIELDS = [
  "code",
  "errno",
  "syscall",
  "address",
  "port",
  "hostname",
  "severity",
  "schema",
  "table",
  "constraint",
] as const;

/** The part of a message in which the server repeats a value: `invalid input syntax for type bigint: "…"`. */
const VALUE = /: ".*$/s;

/** The same cause without values, requests and passwords. What is no error is named by its type; our own errors stay as they are. */
export const stripped = (cause: unknown): Error => {
  if (isSluiceError(cause)) return cause;
  if (!(cause instanceof Error)) return new Error(`the driver failed with ${cause === null ? "null" : typeof cause}`);
  const fields = cause as Error & Readonly<Record<string, unknown>>;
  const code = typeof fields["code"] === "string" ? fields["code"] : "";
  const message = code.startsWith("22") ? cause.message.replace(VALUE, "") : cause.message;
  const clean = new Error(message === "" ? messageOf(fields) : message);
  if (cause.stack !== undefined) clean.stack = cause.stack.replace(cause.message, () => clean.message);
  for (const field of FIELDS) {
    const value = fields[field];
    if (typeof value === "string" || typeof value === "number")
      Object.defineProperty(clean, field, { value, enumerable: true, configurable: true, writable: true });
  }
  return clean;
};

/** What an AggregateError of several addresses says: what the first of them says. */
const messageOf = ({ errors, code }: Readonly<Record<string, unknown>>): string => {
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
  if (first instanceof Error) return first.message;
  return typeof code === "string" ? code : "the connection failed";
};
