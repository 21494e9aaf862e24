/** The driver over an instance of PGlite, which is one session: everything runs in it, one after the other. */
import { type Driver, firstColumn, textOfRows } from "./Driver.js";

/** An instance of PGlite, as far as the store uses it: its own types need those of browsers. */
export interface PGliteInstance {
  readonly query: (
    sql: string,
    texts?: Array<unknown>,
    options?: { readonly rowMode?: "array" },
  ) => Promise<{ readonly rows: ReadonlyArray<unknown> }>;
  readonly exec: (sql: string) => Promise<unknown>;
  readonly listen: (channel: string, onHint: (payload: string) => void) => Promise<unknown>;
}

export const pgliteDriver = (pglite: PGliteInstance): Driver => {
  const rowsOf: Driver["rows"] = async (_, sql, texts) => {
    const { rows } = await pglite.query(sql, [...texts], { rowMode: "array" });
    // With this mode rows are arrays, here of one text.
    return firstColumn(rows as ReadonlyArray<ReadonlyArray<string | null>>);
  };
  return {
    run: async (session, sql, texts) => textOfRows(await rowsOf(session, sql, texts)),
    rows: rowsOf,
    script: async (sql) => {
      await pglite.exec(sql);
    },
    listen: () => Promise.resolve(),
    single: true,
    shared: pglite,
    // The instance is the user's, who closes it.
    close: () => Promise.resolve(),
  };
};
