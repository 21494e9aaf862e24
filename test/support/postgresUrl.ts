/** The address of the server of this run; started by the first test that asks. */
import { inject } from "vitest";
import { postgresUrlIn } from "./postgresServer.js";

let known: Promise<string> | undefined;

export const postgresUrl = (): Promise<string> => {
  const postgres = inject("postgres");
  known ??= "url" in postgres ? Promise.resolve(postgres.url) : postgresUrlIn(postgres.dir);
  return known;
};
