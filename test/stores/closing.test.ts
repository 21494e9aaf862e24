/** What becomes of a consumer's last words when its store is closed. */
import * as t from "io-ts";
import { atomically, type Message, queue, Retry } from "sluice";
import { redisStore } from "sluice/redis";
import { describe, expect, inject, it } from "vitest";
import { eachStore } from "./eachStore.js";
import { cleanUp, newNamespace } from "./redis/namespace.js";

/** How a subscription ended, once it has. */
const endOf = (effect: Message<string>["ack"]): { tag: string | undefined } => {
  const end: { tag: string | undefined } = { tag: undefined };
  effect.subscribe({
    next: ({ _tag }) => {
      end.tag = _tag;
    },
    error: (error: unknown) => {
      end.tag = (error as { readonly _tag: string })._tag;
    },
  });
  return end;
};

describe.each(eachStore)("a %s store that is closed", (_, open) => {
  const filled = async () => {
    const store = open();
    const jobs = queue(store, { name: "jobs", codec: t.string });
    const done = queue(store, { name: "done", codec: t.string });
    await jobs.enqueueAll(["a", "b", "c", "d"]);
    return { store, jobs, done };
  };

  it("writes what was settled before, by a pull", async () => {
    const { store, jobs, done } = await filled();
    const [a, b, c, d] = await jobs.receive({ max: 4 });
    const ends = [endOf(a!.ack), endOf(b!.settle(Retry({ cause: "again" })))];
    const joined = atomically([c!.ack, done.enqueue(c!.data)]).then((values) => values.length);
    const awaited = (async () => (await d!.ack)._tag)();
    await store.close();
    expect(ends.map(({ tag }) => tag)).toEqual(["Ack", "Retry"]);
    expect([await joined, await awaited]).toEqual([2, "Ack"]);
  });

  it("writes what was settled before, by a subscription", async () => {
    const { store, jobs } = await filled();
    const messages: Array<Message<string>> = [];
    const subscription = jobs.messages({ prefetch: 4 }).subscribe((message) => messages.push(message));
    while (messages.length < 4) await new Promise((resolve) => setTimeout(resolve, 1));
    const ends = messages.slice(1).map((message) => endOf(message.ack));
    await store.close();
    expect(ends.map(({ tag }) => tag)).toEqual(["Ack", "Ack", "Ack"]);
    subscription.unsubscribe();
  });

  it("refuses what is asked for after", async () => {
    const { store, jobs } = await filled();
    const [a] = await jobs.receive({ max: 1 });
    const closing = store.close().then(() => undefined);
    await expect(jobs.enqueue("e").then(() => undefined)).rejects.toMatchObject({ _tag: "StoreClosed" });
    await closing;
    await expect(a!.ack.then(() => undefined)).rejects.toMatchObject({ _tag: "StoreClosed" });
  });
});

describe("a Redis store that is closed under its consumers", () => {
  const url = inject("redisUrl");

  it("gives back what they hold, uncounted, and lets the next one of an exclusive queue in", async () => {
    const namespace = newNamespace();
    const definition = { name: "jobs", codec: t.string, exclusive: true };
    const [here, there] = [redisStore(url, { namespace }), redisStore(url, { namespace })];
    try {
      const jobs = queue(here, definition);
      await jobs.enqueueAll(["a", "b"]);
      const messages: Array<Message<string>> = [];
      jobs.messages({ prefetch: 10 }).subscribe((message) => messages.push(message));
      while (messages.length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
      await here.close();
      const next = await queue(there, definition).receive({ max: 10, waitMsMax: 1_000 });
      expect(next.map(({ data, attempt }) => [data, attempt])).toEqual([
        ["a", 1],
        ["b", 1],
      ]);
    } finally {
      await there.close();
      await cleanUp(url, namespace);
    }
  });
});
