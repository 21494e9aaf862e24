/** Slips that compile and do nothing, each with the rule that catches it. Linted by test/scripts/lintRules.test.ts; never run. */
/* eslint-disable @typescript-eslint/await-thenable, @typescript-eslint/no-unused-expressions -- they are the subject */
import { retry } from "rxjs";
import type { Message, Queue } from "sluice";

export const slips = async (queue: Queue<string>, message: Message<string>): Promise<void> => {
  queue.enqueue("a"); // no-floating-promises
  message.ack; // no-floating-promises
  message.settle(await message.ack); // no-floating-promises
  queue.enqueue("a").retry(); // no-floating-promises
  queue.pause(); // no-floating-promises
  await queue.enqueue("a").pipe(retry(3)); // await-thenable
  await queue.messages(); // await-thenable
  await queue.enqueue("a").retry();
  await message.ack;
  void queue.enqueue("b");
};
