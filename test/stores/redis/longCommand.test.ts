/** A long command is, byte for byte, what the driver would have sent. */
import { Command } from "ioredis";
import { expect, test } from "vitest";
import { LongCommand } from "../../../src/stores/redis/connection/LongCommand.js";

const TEXTS = [
  "",
  "a",
  "ä",
  "日本",
  "😀",
  "\0",
  "a\r\nb",
  "\ud800",
  "x".repeat(24),
  "x".repeat(25),
  `${"x".repeat(23)}é`,
];

const bytesOf = (command: Command): Buffer => Buffer.from(command.toWritable({}));

test.each(TEXTS.map((text) => [text]))("one argument: %j", (text) => {
  const args = ["sha", "0", text];
  expect(bytesOf(new LongCommand("evalsha", [...args]))).toEqual(bytesOf(new Command("evalsha", [...args])));
});

test("many arguments, short and long, ASCII and not", () => {
  const args = Array.from({ length: 2_000 }, (_, i) => `${i}${(TEXTS[i % TEXTS.length] ?? "").repeat(1 + (i % 40))}`);
  const own = bytesOf(new LongCommand("evalsha", [...args]));
  expect(own.equals(bytesOf(new Command("evalsha", [...args])))).toBe(true);
});
