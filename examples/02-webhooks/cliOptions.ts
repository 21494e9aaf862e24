/** The command line. */
import { Command, InvalidArgumentError } from "commander";

export interface CliOptions {
  readonly redis: string | undefined;
  readonly namespace: string;
  readonly pace: number;
  readonly concurrency: number;
  readonly all: boolean;
}

const wholeNumber =
  (min: number) =>
  (text: string): number => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= min && value <= 5_000) return value;
    throw new InvalidArgumentError(`Give a whole number from ${min} to 5000.`);
  };

export const readCliOptions = (argv: ReadonlyArray<string>): CliOptions =>
  new Command("webhooks")
    .description("Works through all example payloads of GitHub's webhooks.")
    .option("--redis <url>", "work on this Redis, such as redis://localhost:6379 (default: in memory)")
    .option(
      "--namespace <name>",
      "what the keys in Redis begin with; runs of one namespace go on from each other",
      "sluice-webhooks",
    )
    .option("--pace <ms>", "how long each call downstream takes", wholeNumber(0), 1)
    .option("--concurrency <count>", "how many webhooks are handled at a time", wholeNumber(1), 20)
    .option("--all", "a line for every event in the table at the end", false)
    .parse(argv)
    .opts<CliOptions>();
