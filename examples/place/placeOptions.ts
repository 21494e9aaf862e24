/** The options of the command line that say where an example keeps what it stores. */
import { Command, Option } from "commander";
import type { Place } from "./Place.js";

export interface PlaceOptions {
  readonly redis?: string;
  readonly postgres?: string;
  readonly pglite?: string;
}

/** Adds them. Of all at most one may be given. */
export const addPlaceOptions = (command: Command): Command =>
  command
    .addOption(
      new Option("--redis <url>", "on this Redis, such as redis://localhost:6379").conflicts(["postgres", "pglite"]),
    )
    .addOption(
      new Option("--postgres <url>", "on this Postgres, such as postgres://localhost/postgres").conflicts("pglite"),
    )
    .addOption(new Option("--pglite <dir>", "in this folder, by a Postgres in the process"));

/** Where that is; in memory where none is given. */
export const placeOf = ({ redis, postgres, pglite }: PlaceOptions, namespace: string): Place => {
  if (redis !== undefined) return { kind: "redis", url: redis, namespace };
  if (postgres !== undefined) return { kind: "postgres", url: postgres, namespace };
  if (pglite !== undefined) return { kind: "pglite", dir: pglite, namespace };
  return { kind: "memory" };
};

/** Where the command line of an example has it work that takes no other options, in a namespace of this run alone. */
export const placeGiven = (name: string): Place =>
  placeOf(
    addPlaceOptions(new Command(name)).parse().opts<PlaceOptions>(),
    `sluice-${name}-${process.pid}-${Date.now()}`,
  );
