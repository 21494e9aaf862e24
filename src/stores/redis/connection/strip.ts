/**
 * Cleans errors as they enter from the driver. The driver hangs the command on an error (that is payloads or, after a failed
 * AUTH, the password), and on it the errors of nodes and of earlier tries. A new error keeps the name, message, code and address,
 * and the same of the errors behind it.
 */

import { isSluiceError } from "../../../core/SluiceError.js";

const DEPTH_MAX = 4;
const ERRORS_MAX = 10;
/** The fields that say where and how it failed. */
const FIELDS = ["code", "errno", "syscall", "address", "port", "hostname"] as const;
/** The part of a message in which the server repeats arguments. */
const ARGUMENTS = /, with args beginning with: .*$/s;

type Fields = Readonly<Record<string, unknown>>;

/** The same cause without commands, arguments and passwords. What is no error is named by its type; our own errors stay as they are. */
export const stripped = (cause: unknown): Error => (isSluiceError(cause) ? cause : strip(cause, DEPTH_MAX));

const strip = (cause: unknown, depth: number): Error => {
  if (!(cause instanceof Error)) return new Error(`the driver failed with ${cause === null ? "null" : typeof cause}`);
  const { name, cause: inner, errors, lastNodeError, previousErrors } = cause as Error & Fields;
  const message = cause.message.replace(ARGUMENTS, "");
  const several = [errors, previousErrors].filter(Array.isArray).flat().slice(0, ERRORS_MAX);
  const deeper = depth > 0;
  const clean =
    deeper && several.length > 0
      ? new AggregateError(
          several.map((error) => strip(error, depth - 1)),
          message,
        )
      : new Error(message);
  if (name !== clean.name) define(clean, "name", { value: name, enumerable: false });
  // The new error's own stack is that of this function. The driver's stack begins with the message.
  if (cause.stack !== undefined) clean.stack = cause.stack.replace(cause.message, () => message);
  for (const field of FIELDS) copy(cause as Error & Fields, field, clean);
  const from = inner ?? lastNodeError;
  if (deeper && from !== undefined && from !== null)
    define(clean, "cause", { value: strip(from, depth - 1), enumerable: false });
  return clean;
};

const copy = (from: Fields, field: string, to: Error): void => {
  const value = from[field];
  if (typeof value === "string" || typeof value === "number") define(to, field, { value, enumerable: true });
};

const define = (on: Error, field: string, given: { readonly value: unknown; readonly enumerable: boolean }): void => {
  Object.defineProperty(on, field, { ...given, configurable: true, writable: true });
};
