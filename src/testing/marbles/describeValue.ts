/** Shows a value on one short line. Messages and settlements are shown by id and tag alone: their insides explain no difference. */
import { inspect } from "node:util";
import { delivery, type Message } from "../../core/Message.js";
import { type Frame, isFrame } from "./Frame.js";

const lengthMax = 160;

export const describeValue = (value: unknown): string => {
  try {
    return bounded(text(value));
  } catch {
    // A getter or an inspection of the value's own may throw.
    return `a value of type ${typeof value} that cannot be shown`;
  }
};

/** Shows an error by its name and message. rxjs-marbles turns an error into an object that has these two. */
export const describeError = (cause: unknown): string => {
  try {
    return bounded(errorText(cause) ?? text(cause));
  } catch {
    return describeValue(cause);
  }
};

const errorText = (cause: unknown): string | undefined =>
  isObject(cause) && typeof cause["name"] === "string" && typeof cause["message"] === "string"
    ? `${cause["name"]}: ${cause["message"]}`.replaceAll(/\s+/g, " ")
    : undefined;

const text = (value: unknown): string => {
  if (isMessage(value)) return `message ${value.id}`;
  if (value instanceof Error) return errorText(value) ?? shown(value);
  if (Array.isArray(value) && value.length > 0 && value.every(isFrame))
    return `Observable of ${value.map(told).join(", ")}`;
  if (isObject(value)) {
    const { message, messages, outcome } = value;
    if (isMessage(message)) return `${tagOf(outcome)} of message ${message.id}`;
    if (Array.isArray(messages) && messages.length > 0 && messages.every(isMessage))
      return `batch of ${messages.map(({ id }) => `message ${id}`).join(", ")}`;
  }
  return shown(value);
};

const shown = (value: unknown): string =>
  inspect(value, { depth: 4, breakLength: Number.POSITIVE_INFINITY, maxArrayLength: 20, maxStringLength: 100 })
    .replaceAll(/\n\s+at .*/g, "")
    .replaceAll(/\n\s*/g, " ");

/** One notification of an Observable that was emitted as a value. */
const told = ({ frame, notification }: Frame): string => {
  const what =
    notification.kind === "N"
      ? describeValue(notification.value)
      : notification.kind === "E"
        ? `the error ${describeError(notification.error)}`
        : "the end";
  return `${what} at ${frame} ms`;
};

const bounded = (line: string): string => (line.length > lengthMax ? `${line.slice(0, lengthMax)}…` : line);

const tagOf = (outcome: unknown): string =>
  isObject(outcome) && typeof outcome["_tag"] === "string" ? outcome["_tag"] : "undecided result";

const isMessage = (value: unknown): value is Message<unknown> => isObject(value) && delivery in value;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;
