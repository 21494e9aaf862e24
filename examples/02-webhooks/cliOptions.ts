/** The command line. */
import { Command, InvalidArgumentError } from "commander";
import type { Place } from "../place/Place.js";
import { addPlaceOptions, type PlaceOptions, placeOf } from "../place/placeOptions.js";

export interface CliOptions {
  readonly place: Place;
  readonly pace: number;
  readonly concurrency: number;
  readonly all: boolean;
}

interface Given extends PlaceOptions, Omit<CliOptions, "place"> {
  readonly namespace: string;
}

const wholeNumber =
  (min: number) =>
  (text: string): number => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= min && value <= 5_000) return value;
    throw new InvalidArgumentError(`Give a whole number from ${min} to 5000.`);
  };

export const readCliOptions = (argv: ReadonlyArray<string>): CliOptions => {
  const command = new Command("webhooks").description(
    "Works through all example payloads of GitHub's webhooks, in memory if nothing else is said.",
  );
  const { pace, concurrency, all, namespace, ...given } = addPlaceOptions(command)
    .option(
      "--namespace <name>",
      "what the keys in Redis begin with, or the schema in Postgres; runs of one namespace go on from each other",
      "sluice-webhooks",
    )
    .option("--pace <ms>", "how long each call downstream takes", wholeNumber(0), 1)
    .option("--concurrency <count>", "how many webhooks are handled at a time", wholeNumber(1), 20)
    .option("--all", "a line for every event in the table at the end", false)
    .parse(argv)
    .opts<Given>();
  return { place: placeOf(given, namespace), pace, concurrency, all };
};
