/** The headers of a trace (W3C Trace Context) are the user's: they pass as they are, and no message inherits another's. */
import * as t from "io-ts";
import { lastValueFrom, map, take, toArray } from "rxjs";
import { enqueueTo, followUp, handle, type Message, queue, Reject, Release, Retry, settle } from "sluice";
import { describe, expect, it } from "vitest";
import { eachStore } from "./eachStore.js";

const trace = {
  traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
  // Commas, equal signs, spaces and the longest of values: a vendor may write all of these.
  tracestate: `rojo=00f067aa0ba902b7, congo=t61rcWkgMzE,tenant@vendor=${"x".repeat(200)}`,
};

describe.each(eachStore)("a trace on a %s store", (_, open) => {
  const queues = async () => {
    const store = open();
    const define = (name: string) => queue(store, { name, codec: t.string });
    return { jobs: define("jobs"), next: define("next") };
  };
  const one = async (from: Awaited<ReturnType<typeof queues>>["jobs"]): Promise<Message<string>> => {
    const [message] = await from.receive({ max: 1, waitMsMax: 5_000 });
    if (message === undefined) throw new Error("nothing was delivered");
    return message;
  };

  it("goes untouched from the enqueue through retries, dead letter and redrive to the last delivery", async () => {
    const { jobs } = await queues();
    await jobs.enqueue("a", { headers: trace });
    expect((await jobs.peek()).map(({ headers }) => ({ ...headers }))).toEqual([trace]);
    for (const outcome of [Retry({ cause: "again" }), Release({ reason: "later" }), Reject({ cause: "no" })]) {
      const message = await one(jobs);
      expect({ ...message.headers }).toStrictEqual(trace);
      await message.settle(outcome);
    }
    const { items } = await jobs.deadLetters();
    expect(items.map(({ headers }) => ({ ...headers }))).toEqual([trace]);
    expect(await jobs.redrive()).toBe(1);
    expect({ ...(await one(jobs)).headers }).toStrictEqual(trace);
  });

  it("stays untouched where the data is brought up to date by the redrive", async () => {
    const { jobs } = await queues();
    await jobs.enqueue("a", { headers: trace });
    await (await one(jobs)).settle(Reject({ cause: "old" }));
    expect(await jobs.redrive({ upcast: (data) => `${String(data)}2` })).toBe(1);
    const again = await one(jobs);
    expect([again.data, { ...again.headers }]).toStrictEqual(["a2", trace]);
  });

  it("goes with enqueueTo only as far as its user says so", async () => {
    const { jobs, next } = await queues();
    await jobs.enqueueAll(["with", "without"], () => ({ headers: trace }));
    const data = jobs.messages().pipe(
      take(2),
      map((message) => message.data),
      enqueueTo(next, { options: (text) => (text === "with" ? { headers: trace } : {}) }),
    );
    await lastValueFrom(data);
    const [first, second] = [await one(next), await one(next)];
    expect([first, second].map((message) => [message.data, { ...message.headers }])).toStrictEqual([
      ["with", trace],
      ["without", {}],
    ]);
  });

  it("goes with followUp only as far as its user says so", async () => {
    const { jobs, next } = await queues();
    await jobs.enqueue("a", { headers: trace });
    const settled = jobs.messages().pipe(
      handle(async ({ data }) => data),
      followUp((data, { headers }) => [next.enqueue(`${data} with`, { headers }), next.enqueue(`${data} without`)]),
      settle(),
      take(1),
      toArray(),
    );
    expect((await lastValueFrom(settled)).map(({ outcome }) => outcome._tag)).toEqual(["Ack"]);
    const [first, second] = [await one(next), await one(next)];
    expect([first, second].map((message) => [message.data, { ...message.headers }])).toStrictEqual([
      ["a with", trace],
      ["a without", {}],
    ]);
  });
});
