/** All that the store asks of a driver. It gives and takes texts alone, so no type or parser of a driver reaches the store. */

import { RECORD } from "../connection/text.js";

/**
 * The session in which a statement runs. "lane": one session for all that has an order. "hints": the session that listens and holds
 * session locks. "any": whichever is free, beside both.
 */
export type Session = "lane" | "hints" | "any";

/** The first column of rows. */
export const firstColumn = (rows: ReadonlyArray<ReadonlyArray<string | null>>): ReadonlyArray<string> =>
  rows.map((row) => row[0] ?? "");

/** Rows as one text. */
export const textOfRows = (rows: ReadonlyArray<string>): string =>
  rows.length > 1 ? rows.join(RECORD) : (rows[0] ?? "");

export interface Driver {
  /**
   * Runs one statement and answers the first column of its rows, as one text: rows are parted by U+001E. Statements of one session run
   * one after the other. Where it fails because of the connection the session is given up, and the next statement begins a new one.
   */
  readonly run: (session: Session, sql: string, texts: ReadonlyArray<string>) => Promise<string>;
  /**
   * The same, but answers a text for each row. A function answers many rows where one text of them all would be large: to join a thousand
   * events and to take them apart again costs several times as much as all else that is done with them.
   */
  readonly rows: (session: Session, sql: string, texts: ReadonlyArray<string>) => Promise<ReadonlyArray<string>>;
  /** Runs several statements in the session "lane". They begin and end their own transaction, and answer nothing. */
  readonly script: (sql: string) => Promise<void>;
  /** Tells each hint on this channel, from now on until the session "hints" is lost; that is told once. */
  readonly listen: (channel: string, told: { onHint: (payload: string) => void; onLost: () => void }) => Promise<void>;
  /**
   * Whether the session "hints" is one of the server's own: behind a pooler the statements of one session may run in several. This
   * statement answers the number of the server's process.
   */
  readonly isDirect: (sql: string) => Promise<boolean>;
  /** Whether all sessions are one: then locks of the store do not tell whether somebody waits, and it hints in the process. */
  readonly single: boolean;
  /** Names what all handles on one database in this process share, where the driver has no other way to hint them. */
  readonly shared: object | undefined;
  /** Ends the sessions, and the connections that the driver opened. */
  readonly close: () => Promise<void>;
}
