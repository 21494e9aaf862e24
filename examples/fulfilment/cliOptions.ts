/** The command line. */
import { Command, InvalidArgumentError } from "commander";
import type { Place } from "../place/Place.js";
import { addPlaceOptions, type PlaceOptions, placeOf } from "../place/placeOptions.js";

export interface CliOptions {
  readonly place: Place;
  readonly orders: number;
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
  const command = new Command("fulfilment").description(
    "Orders go through payment, stock and shipping, by the reactions of a broker: on a server in three processes, of which one is killed, else in one.",
  );
  const { orders, pace, ...given } = addPlaceOptions(command)
    .option("--orders <count>", "how many orders are placed", wholeNumber(30, 5_000), 60)
    .option("--pace <ms>", "how long the gateway takes for a charge", wholeNumber(0, 5_000), 20)
    .parse(argv)
    .opts<PlaceOptions & Omit<CliOptions, "place">>();
  // A namespace of this run alone, so that runs at the same time do not meet.
  return { place: placeOf(given, `sluice-fulfilment-${process.pid}-${Date.now()}`), orders, pace };
};
