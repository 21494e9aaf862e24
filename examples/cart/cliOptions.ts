/** The command line. */
import { Command, InvalidArgumentError } from "commander";

export interface CliOptions {
  readonly redis: string | undefined;
  readonly namespace: string;
  readonly host: string;
  readonly port: number;
}

const port = (text: string): number => {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0 && value <= 65_535) return value;
  throw new InvalidArgumentError("Give a whole number from 0 (any free one) to 65535.");
};

export const readCliOptions = (argv: ReadonlyArray<string>): CliOptions =>
  new Command("cart")
    .description("A shop with event-sourced carts, as a web application.")
    .option("--redis <url>", "keep the carts in this Redis, such as redis://localhost:6379 (default: in memory)")
    .option("--namespace <name>", "what the keys in Redis begin with", "sluice-cart")
    .option("--host <address>", "where it listens", "127.0.0.1")
    .option("--port <number>", "0 takes any free one", port, 3_000)
    .parse(argv)
    .opts<CliOptions>();
