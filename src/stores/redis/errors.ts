/** What the server and the driver can answer instead of doing a call, and what each means. */
import {
  defect,
  type InvalidConfig,
  invalidConfig,
  isSluiceError,
  type SluiceError,
  storeFull,
  storeUnavailable,
} from "../../core/SluiceError.js";

/**
 * - `resend`: the same call may pass in a moment; it is repeated until its time is over, then it is `StoreUnavailable`.
 * - `full`: `StoreFull`.
 * - `config`: `InvalidConfig`; no repetition helps.
 * - `defect`: `Defect`.
 */
export type Verdict = "resend" | "full" | "config" | "defect";

interface Row {
  readonly match: RegExp;
  readonly verdict: Verdict;
}

const rows: ReadonlyArray<Row> = [
  // Demoted to a replica: the connection is closed (see `mustReconnect`), the next one finds the new master.
  { match: /^READONLY /, verdict: "resend" },
  // A blocked call on a server that was demoted in the meantime.
  { match: /^UNBLOCKED /, verdict: "resend" },
  // Restarted, and reading its data.
  { match: /^LOADING /, verdict: "resend" },
  // A replica that lost its master, met in the middle of a failover.
  { match: /^MASTERDOWN /, verdict: "resend" },
  // Somebody else's script runs too long.
  { match: /^BUSY /, verdict: "resend" },
  // Fewer replicas than min-replicas-to-write; nothing was written.
  { match: /^NOREPLICAS /, verdict: "resend" },
  // It cannot write its data to disk and refuses changes until it can.
  { match: /^MISCONF /, verdict: "resend" },
  // Slots on the move, or a cluster without a majority.
  { match: /^(?:CLUSTERDOWN|TRYAGAIN|MOVED|ASK) /, verdict: "resend" },
  // Too many connections at the moment.
  { match: /^ERR max number of clients/, verdict: "resend" },
  // Out of memory under maxmemory: refused by the first command of a script, so nothing was written.
  { match: /^OOM /, verdict: "full" },
  // No or a wrong password, or a user that may not call what Sluice needs.
  { match: /^(?:NOAUTH|WRONGPASS|NOPERM) /, verdict: "config" },
  // A key of ours holds somebody else's value.
  { match: /^WRONGTYPE /, verdict: "config" },
  // A queue that another version of Sluice wrote.
  { match: /^FORMAT /, verdict: "config" },
];

/** What this error means. Whatever did not come from the server came from the way to it, which may heal. */
export const verdictOn = (cause: unknown): Verdict => {
  if (!(cause instanceof Error) || isSluiceError(cause)) return "defect";
  const row = rows.find(({ match }) => match.test(cause.message));
  if (row !== undefined) return row.verdict;
  return cause.name === "ReplyError" ? "defect" : "resend";
};

/**
 * Whether the server did not let us into the database that was asked for. The driver reports that and goes on, in database 0.
 */
export const isOtherDatabase = (cause: unknown): cause is Error =>
  cause instanceof Error &&
  "command" in cause &&
  (cause.command as { readonly name?: unknown } | undefined)?.name === "select";

/** Whether it never will: it has no such database, or the user may not select. All else passes, as its row says. */
export const isForGood = (cause: Error): boolean =>
  verdictOn(cause) !== "resend" && !cause.message.startsWith("NOAUTH ");

/** The error of whoever calls upon such a connection. */
export const otherDatabase = ({ message }: Error): InvalidConfig =>
  invalidConfig(
    "client",
    `Redis does not let this client into the database of its \`db\` or URL (${message}). Give a database that the server has and its user may select; without one it is 0.`,
  );

/** Whether the server on the other end is no longer the one to talk to. */
export const mustReconnect = (cause: Error): boolean => /^(?:READONLY|UNBLOCKED) /.test(cause.message);

/** The driver hangs the whole command on an error: a script's source and everybody's payloads, which belong in no log. */
const withoutCommand = (cause: unknown): unknown => {
  if (cause instanceof Error && "command" in cause) delete cause.command;
  return cause;
};

/** The error that users see. */
export const toStoreError = (given: unknown): SluiceError => {
  if (isSluiceError(given)) return given;
  const cause = withoutCommand(given);
  switch (verdictOn(cause)) {
    case "resend":
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
  if (message.startsWith("WRONGTYPE"))
    return `A key of this namespace holds a value that is not Sluice's (${message}). Nothing was changed; give the store a namespace of its own.`;
  if (message.startsWith("FORMAT"))
    return `This queue was written by another version of Sluice (${message}). Nothing was changed; use that version, or another namespace.`;
  return `Redis refuses this client (${message}). Give it a user and password that may run scripts on the keys of the namespace.`;
};
