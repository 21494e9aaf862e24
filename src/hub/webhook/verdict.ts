/** What the answer of an endpoint, or the want of one, means for the dispatch. */
import { timeOfDay } from "../../core/Clock.js";
import { type NonRetryable, nonRetryable } from "../../core/nonRetryable.js";
import { Complete, type DispatchResult } from "../Destination.js";
import { type RetryAfter, retryAfter } from "../retryAfter.js";
import { askedMsOf } from "./askedWait.js";
import { NotPublic } from "./checkedLookup.js";
import type { Answer } from "./Post.js";

/**
 * `Complete` for 2xx. Throws otherwise: an error to be tried again for 5xx and 429, whose Retry-After counts; for good for all else, of
 * which a further attempt would be answered the same.
 */
export const verdictOf = (answer: Answer): DispatchResult => {
  const { status } = answer;
  if (status >= 200 && status < 300) return Complete;
  const cause = new Error(
    `the endpoint answered ${status}${status >= 300 && status < 400 ? ": redirects are refused" : ""}`,
  );
  if (status !== 429 && status < 500) throw nonRetryable(cause);
  throw askedFor(answer, cause) ?? cause;
};

/** A wait of 0 would let an endpoint that is overloaded be asked again at once: there the route says when. */
const askedFor = (answer: Answer, cause: Error): RetryAfter | undefined => {
  const askedMs = askedMsOf(answer, timeOfDay());
  return askedMs === undefined || askedMs === 0 ? undefined : retryAfter(cause, askedMs / 1_000);
};

/** The failure of a request without an answer. Of what the network's error says, only its code is told: the rest may quote anything. */
export const unansweredBy = (cause: unknown): NonRetryable | Error =>
  cause instanceof NotPublic
    ? nonRetryable(new Error("the endpoint has no public address, and privateAddresses are not allowed"))
    : new Error(`the endpoint did not answer (${codeOf(cause)})`);

const CODE = /^[A-Z][A-Z0-9_]{1,63}$/;

const codeOf = (cause: unknown): string => {
  try {
    const { code, cause: inner } = cause as { readonly code?: unknown; readonly cause?: unknown };
    if (typeof code === "string" && CODE.test(code)) return code;
    return inner === undefined || inner === null ? "of an unknown cause" : codeOf(inner);
  } catch {
    return "of an unknown cause";
  }
};
