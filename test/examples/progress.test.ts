import { expect, it } from "vitest";
import { progressOn } from "../../examples/02-webhooks/Progress.js";

const output = (isTTY: boolean, columns?: number) => {
  const written: Array<string> = [];
  return { isTTY, columns, write: (text: string) => written.push(text), written };
};

it("is a bar on a terminal, below what is said, with room for ^C at the end of the line", () => {
  const out = output(true, 80);
  const progress = progressOn(out, 200);
  progress.say("begins");
  progress.show({ handled: 0, retries: 0 });
  progress.show({ handled: 100, retries: 7 });
  progress.say("half of it");
  progress.show({ handled: 200, retries: 7 });
  progress.end();
  progress.end();
  const bar = (full: number, width: number): string => `[${"#".repeat(full)}${".".repeat(width - full)}]`;
  expect(out.written).toEqual([
    "begins\n",
    `\r\u001b[K${bar(0, 47)} 0 of 200 handled, 0 retries`,
    `\r\u001b[K${bar(22, 45)} 100 of 200 handled, 7 retries`,
    `\r\u001b[Khalf of it\n${bar(22, 45)} 100 of 200 handled, 7 retries`,
    `\r\u001b[K${bar(45, 45)} 200 of 200 handled, 7 retries`,
    "\n",
  ]);
});

it("has no bar where a terminal is too narrow for one", () => {
  const out = output(true, 20);
  progressOn(out, 9).show({ handled: 9, retries: 0 });
  expect(out.written).toEqual(["\r\u001b[K[] 9 of 9 handled, 0 retries"]);
});

it("is a line for every hundred elsewhere, each once", () => {
  const out = output(false);
  const progress = progressOn(out, 150);
  for (let handled = 0; handled <= 150; handled += 1) {
    progress.show({ handled, retries: 0 });
    progress.show({ handled, retries: 1 });
  }
  progress.say("done");
  progress.end();
  expect(out.written).toEqual(["100 of 150 handled, 0 retries\n", "150 of 150 handled, 0 retries\n", "done\n"]);
});
