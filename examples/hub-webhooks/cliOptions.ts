/** The command line. */
import { Command, InvalidArgumentError } from "commander";
import type { Place } from "../place/Place.js";
import { addPlaceOptions, type PlaceOptions, placeOf } from "../place/placeOptions.js";

export interface CliOptions {
  readonly place: Place;
  readonly seed: string;
  readonly pace: number;
}

const wholeNumber =
  (min: number, max: number) =>
  (text: string): number => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`Give a whole number from ${min} to ${max}.`);
  };

export const readCliOptions = (argv: ReadonlyArray<string>): CliOptions => {
  const command = new Command("hub-webhooks").description(
    "GitHub's example webhooks go to destinations by routes that are JSON: on a server from two processes, of which one is killed, else from one.",
  );
  const { seed, pace, ...given } = addPlaceOptions(command)
    .option("--seed <text>", "which calls fail: the same text, the same failures", "sluice")
    .option("--pace <ms>", "how long each destination takes", wholeNumber(0, 5_000), 5)
    .parse(argv)
    .opts<PlaceOptions & Omit<CliOptions, "place">>();
  // A namespace of this run alone, so that runs at the same time do not meet.
  return { place: placeOf(given, `sluice-hooks-${process.pid}-${Date.now()}`), seed, pace };
};
