/** What a webhook posts, and what it makes of what is answered: on real sockets, with endpoints that behave badly. */
import { inspect } from "node:util";
import * as t from "io-ts";
import type { Observable } from "rxjs";
import { Complete, type DispatchId, type HubEventId, webhook } from "sluice/hub";
import { describe, expect, it } from "vitest";
import { describeCause } from "../../../src/core/cause.js";
import { newId } from "../../../src/core/newId.js";
import type { Resolve } from "../../../src/hub/webhook/checkedLookup.js";
import { isSignedBy, signerOf } from "../../../src/hub/webhook/signature.js";
import { webhookBy } from "../../../src/hub/webhook/webhook.js";
import { answering, deliver, failureOf, SECRET, serve, serveRaw, serveSilent } from "./scene.js";

const here = { privateAddresses: true } as const;
const HIDDEN = "h1dden";

describe("a webhook posts", () => {
  it("the payload as JSON, with the id of the dispatch, signed", async () => {
    const endpoint = await serve(answering(204));
    const dispatchId = newId() as DispatchId;
    const partner = webhook(`${endpoint.url}/hooks?a=1`, {
      ...here,
      secret: SECRET,
      headers: { Authorization: "Bearer x" },
    });
    expect(await deliver(partner, { name: "größer", at: new Date(0) }, { dispatchId })).toBe(Complete);
    const [{ headers, body }] = endpoint.taken as [(typeof endpoint.taken)[number]];
    expect(JSON.parse(body)).toEqual({ name: "größer", at: "1970-01-01T00:00:00.000Z" });
    expect(headers).toMatchObject({
      "content-type": "application/json",
      "content-length": String(Buffer.byteLength(body)),
      "idempotency-key": dispatchId,
      "webhook-id": dispatchId,
      "user-agent": "sluice",
      authorization: "Bearer x",
    });
    const timestamp = headers["webhook-timestamp"] as string;
    expect(Math.abs(Number(timestamp) - Date.now() / 1_000)).toBeLessThan(10);
    const signed = { id: dispatchId, timestamp, body: Buffer.from(body) };
    expect(isSignedBy([signerOf("s", SECRET)], signed, headers["webhook-signature"] as string)).toBe(true);
  });

  it("unsigned where there is no secret, and by its codec where it has one", async () => {
    const endpoint = await serve(answering(200));
    const codec = new t.Type<bigint, string>("Big", (u): u is bigint => typeof u === "bigint", t.failure, String);
    await deliver(webhook(endpoint.url, { ...here, codec }), 12n);
    expect(endpoint.taken[0]?.body).toBe('"12"');
    expect(endpoint.taken[0]?.headers).not.toHaveProperty("webhook-signature");
    expect(endpoint.taken[0]?.headers).not.toHaveProperty("webhook-timestamp");
  });

  it("on one connection, one request after the other", async () => {
    const endpoint = await serve(answering(200));
    const partner = webhook(endpoint.url, here);
    for (let i = 0; i < 5; i++) await deliver(partner, i);
    expect(endpoint.taken.map(({ body }) => body)).toEqual(["0", "1", "2", "3", "4"]);
    expect(endpoint.connections()).toBe(1);
  });

  it("again, once, where the other side closed the connection that was kept", async () => {
    const endpoint = await serve((response, taken, count) =>
      count === 2 ? response.socket?.destroy() : answering(200)(response, taken, count),
    );
    const partner = webhook(endpoint.url, here);
    expect([await deliver(partner, 1), await deliver(partner, 2)]).toEqual([Complete, Complete]);
    const ids = endpoint.taken.map(({ headers }) => headers["idempotency-key"]);
    expect([ids.length, new Set(ids).size, endpoint.connections()]).toEqual([3, 2, 2]);
  });

  it("nothing that JSON cannot hold, and nothing too large: for good", async () => {
    const endpoint = await serve(answering(200));
    const partner = webhook(endpoint.url, { ...here, bodyBytesMax: 10 });
    expect(await deliver(partner, "12345678")).toBe(Complete);
    for (const odd of ["123456789", new Map([[1, HIDDEN]]), 1n, undefined]) {
      const failure = await failureOf(partner, odd);
      expect(failure).toMatchObject({ _tag: "NonRetryable" });
      expect(describeCause(failure)).not.toContain(HIDDEN);
    }
    expect(endpoint.taken).toHaveLength(1);
  });

  it("by another fetch where one is given, which follows no redirects either", async () => {
    const calls: Array<RequestInit | undefined> = [];
    const statuses = [200, 503, 302];
    const call: typeof fetch = async (_, init) => {
      calls.push(init);
      return new Response(null, { status: statuses.shift() ?? 0, headers: { "retry-after": "7" } });
    };
    const partner = webhook("https://partner.example", { fetch: call });
    expect(await deliver(partner, { a: 1 })).toBe(Complete);
    expect(await failureOf(partner, 1)).toMatchObject({ _tag: "RetryAfter", delaySeconds: 7 });
    expect(await failureOf(partner, 1)).toMatchObject({ _tag: "NonRetryable" });
    expect(calls[0]).toMatchObject({ method: "POST", redirect: "manual", body: Buffer.from('{"a":1}') });
    const failing = webhook("https://partner.example", {
      fetch: async () => Promise.reject(new TypeError(HIDDEN, { cause: { code: "ECONNREFUSED" } })),
    });
    expect(describeCause(await failureOf(failing, 1))).toBe("Error: the endpoint did not answer (ECONNREFUSED)");
  });
});

describe("an endpoint that answers", () => {
  it.each([200, 201, 202, 204, 299])("%i completes", async (status) => {
    const endpoint = await serve(answering(status));
    expect(await deliver(webhook(endpoint.url, here), 1)).toBe(Complete);
  });

  it.each([500, 502, 503, 504, 599, 429])("%i is tried again", async (status) => {
    const endpoint = await serve(answering(status));
    const failure = await failureOf(webhook(endpoint.url, here), 1);
    expect(failure).not.toHaveProperty("_tag");
    expect(describeCause(failure)).toBe(`Error: the endpoint answered ${status}`);
  });

  it.each([400, 401, 403, 404, 408, 410, 413, 422, 499])("%i fails for good", async (status) => {
    const endpoint = await serve(answering(status, { "retry-after": "5" }));
    const failure = await failureOf(webhook(endpoint.url, here), 1);
    expect(failure).toMatchObject({ _tag: "NonRetryable" });
    expect(describeCause(failure)).toContain(`the endpoint answered ${status}`);
  });

  it.each([
    [429, "30", 30],
    [503, "1", 1],
    [429, "99999999", 86_400],
    [429, "Fri, 31 Dec 2099 23:59:59 GMT", 86_400],
  ])("%i with Retry-After %s is left alone for %i s", async (status, asked, delaySeconds) => {
    const endpoint = await serve(answering(status, { "retry-after": asked }));
    expect(await failureOf(webhook(endpoint.url, here), 1)).toMatchObject({ _tag: "RetryAfter", delaySeconds });
  });

  it.each(["0", "Sun, 06 Nov 1994 08:49:37 GMT", "soon", "-5"])(
    "429 with Retry-After %s waits as the route says",
    async (asked) => {
      const endpoint = await serve(answering(429, { "retry-after": asked }));
      expect(await failureOf(webhook(endpoint.url, here), 1)).not.toHaveProperty("_tag");
    },
  );

  it.each([300, 301, 302, 303, 304, 307, 308])("%i, a redirect, fails for good and is not followed", async (status) => {
    const inner = await serve(answering(200));
    const endpoint = await serve(answering(status, { location: inner.url }));
    const failure = await failureOf(webhook(endpoint.url, here), 1);
    expect(failure).toMatchObject({ _tag: "NonRetryable" });
    expect(describeCause(failure)).toContain("redirects are refused");
    expect(inner.taken).toEqual([]);
  });

  it("101 fails for good", async () => {
    const endpoint = await serveRaw((socket) =>
      socket.write("HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n"),
    );
    expect(await failureOf(webhook(endpoint.url, here), 1)).toMatchObject({ _tag: "NonRetryable" });
  });

  it.each([
    ["nothing, and closes", ""],
    ["no HTTP", "hello\r\n\r\n"],
    ["half a head", "HTTP/1.1 200 OK\r\ncontent-le"],
    ["a head of 32 KiB", `HTTP/1.1 200 OK\r\nx: ${"y".repeat(32 * 1_024)}\r\n\r\n`],
    ["many headers of 64 KiB", `HTTP/1.1 200 OK\r\n${"a: b\r\n".repeat(11_000)}\r\n`],
  ])("%s is tried again, and what it said is not shown", async (_, said) => {
    const endpoint = await serveRaw((socket) => {
      socket.once("data", () => (said === "" ? socket.destroy() : socket.end(said)));
    });
    const failure = await failureOf(webhook(`${endpoint.url}/${HIDDEN}`, here), 1);
    expect(failure).not.toHaveProperty("_tag");
    expect(failure.message).toMatch(/^the endpoint did not answer \([A-Z_]+\)$/);
  });

  it("without an end completes at its status, and its connection is closed", async () => {
    const closed: Array<Promise<unknown>> = [];
    const endpoint = await serveRaw((socket) => {
      closed.push(new Promise((resolve) => socket.once("close", resolve)));
      socket.on("error", () => socket.destroy());
      socket.once("data", () => {
        socket.write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
        const more = (): void => {
          while (!socket.destroyed && socket.write(`4000\r\n${"x".repeat(0x4000)}\r\n`));
          socket.once("drain", more);
        };
        more();
      });
    });
    expect(await deliver(webhook(endpoint.url, here), 1)).toBe(Complete);
    await Promise.all(closed);
    expect(closed).toHaveLength(1);
  });

  it("with a slow body completes at its status, and its connection is closed after a second", async () => {
    const closed: Array<Promise<unknown>> = [];
    const endpoint = await serveRaw((socket) => {
      closed.push(new Promise((resolve) => socket.once("close", resolve)));
      socket.once("data", () => socket.write("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nab"));
    });
    expect(await deliver(webhook(endpoint.url, here), 1)).toBe(Complete);
    await Promise.all(closed);
    expect(closed).toHaveLength(1);
  });

  it("before it has read the body, which it never does, has its connection closed after a second", async () => {
    const closed: Array<Promise<unknown>> = [];
    let read = 0;
    const endpoint = await serveRaw((socket) => {
      closed.push(new Promise((resolve) => socket.once("close", resolve)));
      socket.on("data", (chunk) => {
        read += chunk.length;
      });
      socket.once("data", () => {
        socket.pause();
        socket.write("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
        // What is under way is read to its end, be it that of the connection.
        setTimeout(() => socket.resume(), 1_500);
      });
    });
    const partner = webhook(endpoint.url, { ...here, bodyBytesMax: 8_300_000 });
    expect(await deliver(partner, "x".repeat(8_200_000))).toBe(Complete);
    await Promise.all(closed);
    expect([closed.length, read < 8_200_000]).toEqual([1, true]);
  });

  it("with more than answerBytesMax is not sent more on that connection", async () => {
    const endpoint = await serve((response) => response.end("x".repeat(100)));
    const small = webhook(endpoint.url, { ...here, answerBytesMax: 99 });
    expect([await deliver(small, 1), await deliver(small, 2)]).toEqual([Complete, Complete]);
    expect(endpoint.connections()).toBe(2);
    const enough = webhook(endpoint.url, { ...here, answerBytesMax: 100 });
    await deliver(enough, 1);
    await expect.poll(async () => [await deliver(enough, 2), endpoint.connections()].at(1), { interval: 5 }).toBe(3);
  });

  it("never, until the work is unsubscribed: then its connection is closed", async () => {
    const silent = await serveSilent();
    const context = { dispatchId: newId() as DispatchId, attempt: 1, signal: new AbortController().signal };
    const event = { id: newId() as HubEventId, payload: 1, createdAtMs: 0 };
    const told: Array<unknown> = [];
    const work = webhook(silent.url, here).handler(event, context) as Observable<unknown>;
    const subscription = work.subscribe({
      next: (value) => told.push(value),
      error: (cause: unknown) => told.push(cause),
    });
    await expect.poll(silent.told, { interval: 5 }).toEqual({ asked: 1, closed: 0 });
    subscription.unsubscribe();
    await expect.poll(silent.told, { interval: 5 }).toEqual({ asked: 1, closed: 1 });
    expect(told).toEqual([]);
  });

  it("never, until its signal aborts: then its connection is closed", async () => {
    const silent = await serveSilent();
    const aborting = new AbortController();
    const { signal } = aborting;
    const failing = deliver(webhook(silent.url, here), 1, { signal }).catch(describeCause);
    await expect.poll(silent.told, { interval: 5 }).toEqual({ asked: 1, closed: 0 });
    aborting.abort(new Error(HIDDEN));
    expect(await failing).toBe("Error: the request was aborted");
    await expect.poll(silent.told, { interval: 5 }).toEqual({ asked: 1, closed: 1 });
    const { taken, url } = await serve(answering(200));
    expect(await deliver(webhook(url, here), 1, { signal }).catch(describeCause)).toBe(
      "Error: the request was aborted",
    );
    expect(taken).toEqual([]);
  });

  it("in plain text where TLS is asked for is tried again, and gets nothing", async () => {
    const endpoint = await serve(answering(200));
    const secure = webhook(endpoint.url.replace("http:", "https:"), here);
    expect((await failureOf(secure, 1)).message).toMatch(/^the endpoint did not answer \([A-Z_]+\)$/);
    expect(endpoint.taken).toEqual([]);
  });

  it("nowhere is tried again", async () => {
    const { url } = await serve(answering(200));
    const gone = new URL(url);
    gone.port = "1";
    expect(describeCause(await failureOf(webhook(gone, here), 1))).toBe(
      "Error: the endpoint did not answer (ECONNREFUSED)",
    );
  });
});

describe("an address that is not public", () => {
  it.each([
    "127.0.0.1",
    "localhost",
    "0.0.0.0",
    "2130706433",
    "0x7f.1",
    "127.1",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
  ])("is not connected to: %s", async (host) => {
    const endpoint = await serve(answering(200));
    const failure = await failureOf(webhook(`http://${host}:${new URL(endpoint.url).port}`), 1);
    expect(failure).toMatchObject({ _tag: "NonRetryable" });
    expect(describeCause(failure)).toContain("no public address");
    expect(endpoint.connections()).toBe(0);
  });

  it("is not connected to where a name says something else afterwards, nor where it said something else before", async () => {
    const endpoint = await serve(answering(200));
    const { port } = new URL(endpoint.url);
    const resolving = (...answers: ReadonlyArray<string>) => {
      let asked = 0;
      const resolve: Resolve = (_, __, callback) => callback(null, [{ address: answers[asked++] ?? "", family: 4 }]);
      return { resolve, asked: () => asked };
    };
    const bad = resolving("127.0.0.1", "8.8.8.8");
    expect(await failureOf(webhookBy(`http://name.test:${port}`, {}, bad.resolve), 1)).toMatchObject({
      _tag: "NonRetryable",
    });
    expect([bad.asked(), endpoint.connections()]).toEqual([1, 0]);
    // Each connection goes to what was answered for it, and a kept one needs no answer.
    const moving = resolving("127.0.0.1", "127.0.0.2");
    const partner = webhookBy(`http://name.test:${port}`, here, moving.resolve);
    expect([await deliver(partner, 1), await deliver(partner, 2)]).toEqual([Complete, Complete]);
    expect([moving.asked(), endpoint.connections()]).toEqual([1, 1]);
    expect(endpoint.taken[0]?.headers.host).toBe(`name.test:${port}`);
  });

  it("is told from a name that does not resolve, which is tried again", async () => {
    const failing: Resolve = (_, __, callback) => callback(Object.assign(new Error(HIDDEN), { code: "ENOTFOUND" }), []);
    const failure = await failureOf(webhookBy("http://name.test", {}, failing), 1);
    expect(describeCause(failure)).toBe("Error: the endpoint did not answer (ENOTFOUND)");
  });
});

describe("the definition of a webhook", () => {
  it.each<[what: string, option: string, make: () => unknown]>([
    ["no URL", "url", () => webhook(HIDDEN)],
    ["a URL of another kind", "url", () => webhook(`file:///${HIDDEN}`)],
    ["a user name", "url", () => webhook(`https://${HIDDEN}@partner.example`)],
    ["a password", "url", () => webhook(`https://:${HIDDEN}@partner.example`)],
    ["an empty secret", "secret", () => webhook("https://a.example", { secret: "" })],
    ["a header of its own", "headers", () => webhook("https://a.example", { headers: { "Webhook-Id": HIDDEN } })],
    ["another host", "headers", () => webhook("https://a.example", { headers: { HOST: HIDDEN } })],
    [
      "a line break in a header",
      "headers",
      () => webhook("https://a.example", { headers: { a: `${HIDDEN}\r\nb: c` } }),
    ],
    ["a line break in a name", "headers", () => webhook("https://a.example", { headers: { [`a\n${HIDDEN}`]: "b" } })],
    ["a timeout of 0", "timeoutMs", () => webhook("https://a.example", { timeoutMs: 0 })],
    ["no concurrency", "concurrency", () => webhook("https://a.example", { concurrency: 0 })],
    ["no bytes", "bodyBytesMax", () => webhook("https://a.example", { bodyBytesMax: 0 })],
    ["odd addresses", "privateAddresses", () => webhook("https://a.example", { privateAddresses: HIDDEN as never })],
    ["no fetch", "fetch", () => webhook("https://a.example", { fetch: 5 as never })],
    [
      "options that throw",
      "secret",
      () =>
        webhook("https://a.example", {
          get secret(): string {
            throw new Error(HIDDEN);
          },
        }),
    ],
  ])("is refused with %s, which is not shown", (_, option, make) => {
    expect(make).toThrow(expect.objectContaining({ _tag: "InvalidConfig", option }));
    try {
      make();
    } catch (cause) {
      expect(inspect(cause)).not.toContain(HIDDEN);
    }
  });

  it("has 5 s where none are given, and those of any destination", () => {
    expect(webhook("https://a.example").options).toEqual({ concurrency: undefined, timeoutMs: 5_000 });
    expect(webhook("https://a.example", { concurrency: 3, timeoutMs: 9 }).options).toEqual({
      concurrency: 3,
      timeoutMs: 9,
    });
  });

  it("shows its host, and neither path, secret nor headers", () => {
    const shown = webhook(`https://a.example/${HIDDEN}?k=${HIDDEN}`, {
      secret: HIDDEN,
      headers: { authorization: HIDDEN },
    });
    expect(inspect(shown, { depth: 9, showHidden: true })).toBe("Webhook { host: 'a.example' }");
    expect(JSON.stringify(shown)).toBe('{"host":"a.example"}');
  });
});
