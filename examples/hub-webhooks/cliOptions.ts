/** The command line. */
import { Command, InvalidArgumentError } from "commander";

export interface CliOptions {
  readonly redis: string | undefined;
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

export const readCliOptions = (argv: ReadonlyArray<string>): CliOptions =>
  new Command("hub-webhooks")
    .description("GitHub's example webhooks go to destinations by routes that are JSON.")
    .option("--redis <url>", "two hub processes on this Redis, one is killed (default: one process, in memory)")
    .option("--seed <text>", "which calls fail: the same text, the same failures", "sluice")
    .option("--pace <ms>", "how long each destination takes", wholeNumber(0, 5_000), 5)
    .parse(argv)
    .opts<CliOptions>();
