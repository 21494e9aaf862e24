/** The driver over an instance of PGlite, which is one session: everything runs in it, one after the other. */
import type { PGlite } from "@electric-sql/pglite";
import { type Driver, textOfRows } from "./Driver.js";

export const pgliteDriver = (pglite: PGlite): Driver => ({
  run: async (_, sql, texts) => {
    const { rows } = await pglite.query<[string | null]>(sql, [...texts], { rowMode: "array" });
    return textOfRows(rows);
  },
  script: async (sql) => {
    await pglite.exec(sql);
  },
  listen: () => Promise.resolve(),
  single: true,
  shared: pglite,
  // The instance is the user's, who closes it.
  close: () => Promise.resolve(),
});
