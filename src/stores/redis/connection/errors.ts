/** What the server and the driver may answer instead of doing a call, and what each answer means. */
import {
  defect,
  type InvalidConfig,
  invalidConfig,
  isSluiceError,
  type SluiceError,
  storeFull,
  storeUnavailable,
} from "../../../core/SluiceError.js";

/**
 * - `resend`: the same call may pass in a moment; it is sent again until its time is over, then it is `StoreUnavailable`.
 * - `away`: likewise, but no change passes for now: the store is down until one does.
 * - `full`: `StoreFull`.
 * - `config`: `InvalidConfig`; no repetition helps.
 * - `defect`: `Defect`.
 */
export type Verdict = "resend" | "away" | "full" | "config" | "defect";

interface Row {
  readonly match: RegExp;
  readonly verdict: Verdict;
}

const rows: ReadonlyArray<Row> = [
  // Demoted to a replica: the connection is replaced (see `mustReconnect`), the next one may find the new master.
  { match: /^READONLY /, verdict: "away" },
  // A blocked call on a server that was demoted in the meantime.
  { match: /^UNBLOCKED /, verdict: "resend" },
  // It was restarted and reads its data.
  { match: /^LOADING /, verdict: "away" },
  // A replica that lost its master, met in the middle of a failover.
  { match: /^MASTERDOWN /, verdict: "away" },
  // Somebody else's script runs too long.
  { match: /^BUSY /, verdict: "resend" },
  // Fewer replicas than min-replicas-to-write; nothing was written.
  { match: /^NOREPLICAS /, verdict: "away" },
  // It cannot write its data to disk and refuses changes until it can.
  { match: /^MISCONF /, verdict: "away" },
  // A cluster without a majority, or one that serves no slots (yet).
  { match: /^CLUSTERDOWN /, verdict: "away" },
  // The same, met within a script.
  { match: /^ERR .*\bwhile the cluster is down/, verdict: "away" },
  // Slots on the move.
  { match: /^(?:TRYAGAIN|MOVED|ASK) /, verdict: "resend" },
  // Likewise, as the driver tells it after some tries.
  { match: /^Too many Cluster redirections/, verdict: "resend" },
  // Slots on the move, met within a script: its keys are on two nodes, or on none yet. Scripts read before they write, so nothing
  // was changed.
  { match: /^ERR .*\battempted to access a non local key/, verdict: "resend" },
  // Too many connections at the moment.
  { match: /^ERR max number of clients/, verdict: "resend" },
  // Out of memory under maxmemory: refused by the first command of a script, so nothing was written.
  { match: /^OOM /, verdict: "full" },
  // No or a wrong password, or a user that may not call what Sluice needs.
  { match: /^(?:NOAUTH|WRONGPASS|NOPERM) /, verdict: "config" },
  // The same as NOPERM within a script, as Redis 7.0 says it; later versions say NOPERM. See `rights`.
  { match: /^ERR The user executing the script can't /, verdict: "config" },
  // Whoever runs the server renamed the command or left it out.
  { match: /^ERR unknown (?:sub)?command/i, verdict: "config" },
  // A key of ours holds somebody else's value.
  { match: /^WRONGTYPE /, verdict: "config" },
  // A queue that another version of Sluice wrote.
  { match: /^FORMAT /, verdict: "config" },
  // A stream that can hold no more.
  { match: /^LIMIT /, verdict: "config" },
];

/** What this error means. An error that the server did not send comes from the connection to it, which may heal. */
export const verdictOn = (cause: unknown): Verdict => {
  if (!(cause instanceof Error) || isSluiceError(cause)) return "defect";
  const row = rows.find(({ match }) => match.test(cause.message));
  if (row !== undefined) return row.verdict;
  return cause.name === "ReplyError" ? "defect" : "away";
};

/**
 * Whether the server did not let us into the database that was asked for. The driver reports that, and goes on in database 0.
 */
export const isOtherDatabase = (raw: unknown): boolean =>
  raw instanceof Error &&
  "command" in raw &&
  (raw.command as { readonly name?: unknown } | undefined)?.name === "select";

/** Whether it never will: there is no such database, or the user may not select it. Other refusals pass, as their rows say. */
export const isForGood = (cause: Error): boolean => !isPassing(cause) && !cause.message.startsWith("NOAUTH ");

/** Whether the same call may pass later. */
export const isPassing = (cause: unknown): boolean => {
  const verdict = verdictOn(cause);
  return verdict === "resend" || verdict === "away";
};

/** The error of all calls on a connection that was not let into its database. */
export const otherDatabase = ({ message }: Error): InvalidConfig =>
  invalidConfig(
    "client",
    `Redis does not let this client into the database of its \`db\` or URL (${message}). Give a database that the server has and its user may select; without one it is 0.`,
  );

/** Whether the server on the other end is no longer the one to talk to. */
export const mustReconnect = (cause: Error): boolean => /^(?:READONLY|UNBLOCKED) /.test(cause.message);

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

/** The message without the place in the script, which Redis appends. */
const withoutPlace = (message: string): string => message.replace(/ script: [0-9a-f]{40}, .*$/s, "");

const adviceOn = (cause: unknown): string => {
  const message = cause instanceof Error ? cause.message : String(cause);
  if (message.startsWith("WRONGTYPE"))
    return `A key of this namespace holds a value that is not Sluice's (${message}). Nothing was changed; give the store a namespace of its own.`;
  if (message.startsWith("FORMAT"))
    return `What is kept here was written by another version of Sluice (${withoutPlace(message)}). Nothing was changed. Let programs of that version work it off before this one takes it over, or give the store another namespace.`;
  if (message.startsWith("LIMIT"))
    return `What a stream can hold is used up (${withoutPlace(message)}). Nothing was changed; go on in another stream.`;
  return `Redis refuses this client (${message}). Give it a user and password that may run scripts on the keys of the namespace.`;
};
