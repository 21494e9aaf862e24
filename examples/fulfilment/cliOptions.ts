/** The command line. */
import { Command, InvalidArgumentError } from "commander";

export interface CliOptions {
  readonly redis: string | undefined;
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

export const readCliOptions = (argv: ReadonlyArray<string>): CliOptions =>
  new Command("fulfilment")
    .description("Orders go through payment, stock and shipping, by the reactions of a broker.")
    .option("--redis <url>", "three broker processes on this Redis, one is killed (default: one process, in memory)")
    .option("--orders <count>", "how many orders are placed", wholeNumber(30, 5_000), 60)
    .option("--pace <ms>", "how long the gateway takes for a charge", wholeNumber(0, 5_000), 20)
    .parse(argv)
    .opts<CliOptions>();
