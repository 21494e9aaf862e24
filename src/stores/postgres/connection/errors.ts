/** What an error of the server or of the connection to it means, by its code: one row each. */
import {
  defect,
  invalidConfig,
  isSluiceError,
  type SluiceError,
  storeFull,
  storeUnavailable,
} from "../../../core/SluiceError.js";

/**
 * - "resend": the same call may pass soon.
 * - "away": the server does nothing, or cannot be reached, for the moment.
 * - "full": it has no room for more.
 * - "config": it will not do what the store needs.
 * - "defect": nothing that should happen.
 */
export type Verdict = "resend" | "away" | "full" | "config" | "defect";

interface Row {
  readonly match: RegExp;
  readonly verdict: Verdict;
}

const rows: ReadonlyArray<Row> = [
  // The connection was lost, or refused.
  { match: /^08/, verdict: "away" },
  // The server shuts down, crashed, or starts.
  { match: /^57P0[123]$/, verdict: "away" },
  // The session was idle for too long for a setting of the server's.
  { match: /^57P05$/, verdict: "resend" },
  // A primary that was demoted takes no writes; the next connection may lead to its successor.
  { match: /^25006$/, verdict: "away" },
  // Serialization failure: the same call again passes. It happens only where somebody else's transaction is of that kind.
  { match: /^40001$/, verdict: "resend" },
  // Two transactions waited for each other, and this one was ended.
  { match: /^40P01$/, verdict: "resend" },
  // Its commit was under way when the connection was lost: the write id tells.
  { match: /^40003$/, verdict: "resend" },
  // Too many connections at the moment.
  { match: /^53300$/, verdict: "resend" },
  // A lock was not to be had in the time that a setting of the role allows.
  { match: /^55P03$/, verdict: "resend" },
  // A statement_timeout of the role's, or somebody ended the statement.
  { match: /^57014$/, verdict: "resend" },
  // The disk is full, or memory is used up.
  { match: /^53[12]00$/, verdict: "full" },
  // Some other limit of the server.
  { match: /^53/, verdict: "away" },
  // The user may not do what the store needs.
  { match: /^42501$/, verdict: "config" },
  // No such schema, database, function or table: something was dropped beside the store.
  { match: /^(?:3F000|3D000|42883|42P01)$/, verdict: "config" },
  // No or a wrong password, or no such user.
  { match: /^28/, verdict: "config" },
];

/** What this error means. An error that the server did not send comes from the connection to it, which may heal. */
export const verdictOn = (cause: unknown): Verdict => {
  if (!(cause instanceof Error) || isSluiceError(cause)) return "defect";
  const code = codeOf(cause);
  if (code === undefined || !/^[0-9A-Z]{5}$/.test(code)) return "away";
  return rows.find(({ match }) => match.test(code))?.verdict ?? "defect";
};

/** Whether the same call may pass later. */
export const isPassing = (cause: unknown): boolean => {
  const verdict = verdictOn(cause);
  return verdict === "resend" || verdict === "away";
};

const codeOf = (cause: Error): string | undefined =>
  "code" in cause && typeof cause.code === "string" ? cause.code : undefined;

/** The error that users see, of a cause that has been stripped. */
export const toStoreError = (cause: unknown): SluiceError => {
  if (isSluiceError(cause)) return cause;
  switch (verdictOn(cause)) {
    case "resend":
    case "away":
      return storeUnavailable(cause);
    case "full":
      return storeFull(cause);
    case "config":
      return invalidConfig("client", adviceOn(cause));
    case "defect":
      return defect(cause);
  }
};

const adviceOn = (cause: unknown): string => {
  const message = cause instanceof Error ? cause.message : String(cause);
  return `Postgres refuses this client (${message}). Give it a user and password that may connect to the database, use the schema, change its tables and run its functions.`;
};
