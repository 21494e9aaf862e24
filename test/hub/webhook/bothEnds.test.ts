/** A hub that posts to a receiver, over real sockets, with its store on both sides; and on virtual time, by another fetch. */
import { inspect } from "node:util";
import * as E from "fp-ts/lib/Either.js";
import * as t from "io-ts";
import { queue } from "sluice";
import {
  type Bound,
  type Dispatch,
  defineRoutes,
  hub,
  type RetryDelay,
  type WebhookOptions,
  webhook,
  webhookReceiver,
} from "sluice/hub";
import type { Store } from "sluice/store";
import { simulate } from "sluice/testing";
import { describe, expect, it } from "vitest";
import { collect } from "../../broker/scene.js";
import { mostStores } from "../../stores/eachStore.js";
import { bodyOf, SECRET, serveSilent, serveWith } from "./scene.js";

const Hook = t.type({ name: t.string });
type Hook = t.TypeOf<typeof Hook>;

const atOnce: RetryDelay = { type: "constant", interval: 0 };

const hubOn = (store: Store, partner: Bound<Hook>, maxRetries = 2, retryDelay = atOnce) =>
  hub(store, {
    name: "h",
    codec: Hook,
    routes: defineRoutes({ routes: [{ condition: { allOf: [] }, destination: "PARTNER", maxRetries, retryDelay }] }),
    destinations: { PARTNER: partner },
  });

const pushes = (count: number): ReadonlyArray<Hook> => Array.from({ length: count }, (_, i) => ({ name: `push ${i}` }));

/** What the receiver's server does with an answer: it may lose it. */
type Answered = (status: number, count: number) => number | "lost";

/** A receiver on a server of its own, whose writes go into a queue. */
const receiving = async (store: Store, answered: Answered = (status) => status, secrets = [SECRET]) => {
  const inbox = queue(store, { name: "inbox", codec: Hook });
  const receiver = webhookReceiver(store, { name: "partner", codec: Hook, secrets });
  const answers: Array<E.Either<unknown, unknown>> = [];
  const { url } = await serveWith((request, response) => {
    const answer = async (): Promise<void> => {
      const body = await bodyOf(request);
      const received = await receiver.accept({ headers: request.headers, body }, (hook) => [inbox.enqueue(hook)]);
      answers.push(received);
      const status = answered(E.isLeft(received) ? received.left.status : 202, answers.length);
      if (status === "lost") response.socket?.destroy();
      else response.writeHead(status).end();
    };
    answer().catch((error: unknown) => response.destroy(error as Error));
  });
  const taken = async () => {
    const items = await inbox.peek({ limit: 100 });
    return items.map(({ data }) => (E.isRight(data) ? data.right.name : "malformed")).sort();
  };
  return { url, answers, taken };
};

const toReceiver = (url: string, options: WebhookOptions<Hook> = {}): Bound<Hook> =>
  webhook<Hook>(`${url}/hooks`, { secret: SECRET, privateAddresses: true, ...options });

const told = ({ status, executions }: Dispatch): ReadonlyArray<string> => [
  status,
  ...executions.map(({ result, error }) => `${result}: ${error ?? ""}`),
];

const names = (count: number) =>
  pushes(count)
    .map(({ name }) => name)
    .sort();

describe.each(mostStores())("a webhook and its receiver on %s", (_, open) => {
  it("bring each event over once", async () => {
    const store = open();
    const { url, taken } = await receiving(store);
    const hooks = hubOn(store, toReceiver(url));
    await hooks.emit(pushes(20));
    const ran = await collect(hooks.run()).until(20);
    expect(ran.map(({ result }) => result)).toEqual(pushes(20).map(() => "complete"));
    expect(await taken()).toEqual(names(20));
  });

  it("bring it over once where answers are lost behind the write, and in front of it", async () => {
    const store = open();
    const { url, answers, taken } = await receiving(store, (status, count) =>
      count % 3 === 1 ? "lost" : count % 3 === 2 ? 503 : status,
    );
    const hooks = hubOn(store, toReceiver(url), 20);
    await hooks.emit(pushes(5));
    const run = collect(hooks.run());
    await expect.poll(async () => (await hooks.counts()).PARTNER.complete, { timeout: 5_000, interval: 10 }).toBe(5);
    expect(answers.length).toBeGreaterThan(5);
    expect(answers.filter((one) => E.isRight(one) && !(one.right as { duplicate: boolean }).duplicate)).toHaveLength(5);
    expect(await taken()).toEqual(names(5));
    expect(run.seen.some(({ error }) => error?.includes("503") === true)).toBe(true);
  });

  it("fail at once where they have different secrets, and show none of them", async () => {
    const store = open();
    const { url, taken } = await receiving(store, undefined, ["another secret"]);
    const hooks = hubOn(store, toReceiver(url, { headers: { authorization: "Bearer t0ken" } }), 5);
    const [id] = await hooks.emit(pushes(1));
    const seen = await collect(hooks.run()).until(1);
    const { items } = await hooks.listDispatches();
    expect(items.map(told)).toEqual([["failed", "failed: Error: the endpoint answered 401"]]);
    expect(await taken()).toEqual([]);
    const event = await hooks.getEvent(id as NonNullable<typeof id>);
    for (const shown of [seen, items, event, hooks]) {
      const text = inspect(shown, { depth: 20, showHidden: true }) + JSON.stringify(shown);
      expect(text).not.toMatch(/MfKQ9r8|t0ken|another secret|\/hooks/);
    }
  });

  it("go on behind an endpoint that says nothing for longer than timeoutMs", async () => {
    const store = open();
    const silent = await serveSilent();
    const hooks = hubOn(store, toReceiver(silent.url, { timeoutMs: 60 }), 1);
    await hooks.emit(pushes(1));
    const seen = await collect(hooks.run()).until(2);
    expect(seen.map(({ result, dispatch }) => `${result} ${dispatch.status}`)).toEqual([
      "failed ongoing",
      "failed failed",
    ]);
    expect(seen[0]?.error).toMatch(/60 ms|timeout|timed out/i);
    await expect.poll(silent.told, { interval: 5 }).toEqual({ asked: 2, closed: 2 });
  });

  it("end the connection where the run is stopped", async () => {
    const store = open();
    const silent = await serveSilent();
    const hooks = hubOn(store, toReceiver(silent.url, { timeoutMs: Number.POSITIVE_INFINITY }));
    await hooks.emit(pushes(1));
    const run = collect(hooks.run());
    await expect.poll(silent.told, { interval: 5 }).toEqual({ asked: 1, closed: 0 });
    run.stop();
    await expect.poll(silent.told, { interval: 5 }).toEqual({ asked: 1, closed: 1 });
  });
});

describe("a webhook on virtual time", () => {
  it("waits as its endpoint asks, in place of what the route says", () =>
    simulate(async ({ store, advance }) => {
      const posts: Array<number> = [];
      const answers = [
        new Response(null, { status: 429, headers: { "retry-after": "30" } }),
        new Response(null, { status: 503 }),
        new Response(null, { status: 200 }),
      ];
      const call: typeof fetch = async () => {
        posts.push(Math.round((store.scheduler?.now() ?? 0) / 1_000));
        return answers.shift() ?? Response.error();
      };
      const hooks = hubOn(store, webhook<Hook>("https://partner.example", { fetch: call }), 5, {
        type: "constant",
        interval: 5,
      });
      await hooks.emit(pushes(1));
      const run = hooks.run().subscribe();
      await advance(29_000);
      expect(posts).toHaveLength(1);
      await advance(10_000);
      const [first = 0] = posts;
      expect(posts.map((at) => at - first)).toEqual([0, 30, 35]);
      expect((await hooks.counts()).PARTNER).toMatchObject({ complete: 1, ongoing: 0 });
      run.unsubscribe();
    }));
});
