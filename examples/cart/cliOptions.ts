/** The command line. */
import { Command, InvalidArgumentError } from "commander";
import type { Place } from "../place/Place.js";
import { addPlaceOptions, type PlaceOptions, placeOf } from "../place/placeOptions.js";

export interface CliOptions {
  readonly place: Place;
  readonly host: string;
  readonly port: number;
}

const portNumber = (text: string): number => {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0 && value <= 65_535) return value;
  throw new InvalidArgumentError("Give a whole number from 0 (any free one) to 65535.");
};

interface Given extends PlaceOptions, Omit<CliOptions, "place"> {
  readonly namespace: string;
}

export const readCliOptions = (argv: ReadonlyArray<string>): CliOptions => {
  const command = new Command("cart").description(
    "A shop with event-sourced carts, as a web application; the carts are kept in memory if nothing else is said.",
  );
  const { host, port, namespace, ...given } = addPlaceOptions(command)
    .option("--namespace <name>", "what the keys in Redis begin with, or the schema in Postgres", "sluice-cart")
    .option("--host <address>", "where it listens", "127.0.0.1")
    .option("--port <number>", "0 takes any free one", portNumber, 3_000)
    .parse(argv)
    .opts<Given>();
  return { place: placeOf(given, namespace), host, port };
};
