/** The other end of a webhook, on each store: what it takes, what it refuses, and that each key counts once. */
import { inspect } from "node:util";
import * as E from "fp-ts/lib/Either.js";
import * as t from "io-ts";
import { switchMap, timer } from "rxjs";
import { queue } from "sluice";
import { type ReceiverDefinition, type WebhookRequest, webhookReceiver } from "sluice/hub";
import { memoryStore } from "sluice/memory";
import { records } from "sluice/records";
import type { Store } from "sluice/store";
import { faultyStore, simulate } from "sluice/testing";
import { describe, expect, it } from "vitest";
import { fromOne } from "../../../src/core/Effect.js";
import { signatureText, signerOf } from "../../../src/hub/webhook/signature.js";
import { mostStores } from "../../stores/eachStore.js";
import { atEnd } from "../../support/atEnd.js";
import { SECRET } from "./scene.js";

const HIDDEN = "h1dden";
const Hook = t.type({ name: t.string });

interface Making {
  readonly id?: string;
  readonly atMs?: number;
  readonly secret?: string;
  readonly body?: string | Uint8Array;
  readonly headers?: WebhookRequest["headers"];
}

const BODY = '{"name":"push"}';

const requestOf = ({
  id = "k-1",
  atMs = Date.now(),
  secret = SECRET,
  body = BODY,
  headers = {},
}: Making = {}): WebhookRequest => {
  const timestamp = String(Math.floor(atMs / 1_000));
  const signature = signatureText(signerOf("s", secret)({ id, timestamp, body: Buffer.from(body) }));
  return {
    headers: { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signature, ...headers },
    body,
  };
};

const on = (store: Store, definition: Partial<ReceiverDefinition<t.TypeOf<typeof Hook>>> = {}) => {
  const inbox = queue(store, { name: "inbox", codec: Hook });
  const receiver = webhookReceiver(store, { name: "partner", codec: Hook, secrets: [SECRET], ...definition });
  const accept = (request: WebhookRequest) => receiver.accept(request, (hook) => [inbox.enqueue(hook)]);
  const waiting = async () => (await inbox.stats()).ready;
  return { inbox, receiver, accept, waiting };
};

const taken = (key: string, duplicate = false) => E.right({ key, duplicate });
const refused = (_tag: string, status: number, report: ReadonlyArray<string> = []) => E.left({ _tag, status, report });

describe.each(mostStores())("a receiver on %s", (_, open) => {
  it("takes what is signed, once for each key, with what is written along", async () => {
    const { accept, waiting, inbox } = on(open());
    expect(await accept(requestOf())).toEqual(taken("k-1"));
    expect(await accept(requestOf())).toEqual(taken("k-1", true));
    expect(await accept(requestOf({ atMs: Date.now() - 60_000 }))).toEqual(taken("k-1", true));
    expect(await accept(requestOf({ id: "k-2" }))).toEqual(taken("k-2"));
    expect(await waiting()).toBe(2);
    expect((await inbox.peek()).map(({ data }) => data)).toEqual([
      E.right({ name: "push" }),
      E.right({ name: "push" }),
    ]);
  });

  it("takes the same request that comes often at once once", async () => {
    const store = open();
    const [a, b] = [on(store), on(store)];
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_unused, i) => (i % 2 === 0 ? a : b).accept(requestOf())),
    );
    expect(answers.filter((answer) => E.isRight(answer) && !answer.right.duplicate)).toHaveLength(1);
    expect(answers.filter((answer) => E.isRight(answer) && answer.right.duplicate)).toHaveLength(19);
    expect(await a.waiting()).toBe(1);
  });

  it("keeps no key of a request whose writes are refused, and says why", async () => {
    const store = open();
    const { receiver, accept } = on(store);
    const seen = records(store, { name: "seen", codec: t.string });
    await seen.put("r", "there");
    const conflicting = receiver.accept(requestOf(), () => [seen.insert("r", "again")]);
    await expect(conflicting.then((r) => r)).rejects.toMatchObject({ _tag: "RecordConflict", collection: "seen" });
    const throwing = receiver.accept(requestOf(), (): [] => {
      throw new Error("no");
    });
    await expect(throwing.then((r) => r)).rejects.toMatchObject({ _tag: "EncodeRefused", report: ["followUp: no"] });
    expect(await accept(requestOf())).toEqual(taken("k-1"));
    // Also where what is written along stands under the same id.
    expect(await receiver.accept(requestOf({ id: "r2" }), () => [seen.insert("r2", "new")])).toEqual(taken("r2"));
  });

  it("counts a request once that it ran again since the store did not answer", async () => {
    const { store, faults } = faultyStore(open());
    const { accept, waiting } = on(store);
    faults.dropReply();
    const accepting = accept(requestOf());
    await expect(accepting.then((r) => r)).rejects.toMatchObject({ _tag: "StoreUnavailable" });
    expect(await accepting).toEqual(taken("k-1"));
    expect(await accept(requestOf())).toEqual(taken("k-1", true));
    expect(await waiting()).toBe(1);
  });

  it("has keys of its own for each name", async () => {
    const store = open();
    expect(await on(store, { name: "a" }).accept(requestOf())).toEqual(taken("k-1"));
    expect(await on(store, { name: "b" }).accept(requestOf())).toEqual(taken("k-1"));
    expect(await on(store, { name: "a" }).accept(requestOf())).toEqual(taken("k-1", true));
  });
});

describe("a receiver takes", () => {
  const opened = () => {
    const store = memoryStore();
    atEnd(() => store.close());
    return store;
  };

  it("text and bytes alike", async () => {
    const { accept } = on(opened());
    const body = '{"name":"größer 🦥"}';
    expect(await accept(requestOf({ body }))).toEqual(taken("k-1"));
    expect(await accept({ ...requestOf({ body }), body: Buffer.from(body) })).toEqual(taken("k-1", true));
    expect(await accept(requestOf({ id: "k-2", body: new Uint8Array(Buffer.from(body)) }))).toEqual(taken("k-2"));
  });

  it("each of several secrets, while one takes the place of the other", async () => {
    const { accept } = on(opened(), { secrets: ["the new secret", SECRET] });
    expect(await accept(requestOf({ id: "a" }))).toEqual(taken("a"));
    expect(await accept(requestOf({ id: "b", secret: "the new secret" }))).toEqual(taken("b"));
    expect(await accept(requestOf({ id: "c", secret: "another one" }))).toEqual(refused("BadSignature", 401));
  });

  it("headers in any case, and the only one of a list", async () => {
    const { accept } = on(opened());
    const { headers, body } = requestOf();
    const upper = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name.toUpperCase(), [value as string]]),
    );
    expect(await accept({ headers: { ...upper, "idempotency-key": "another" }, body })).toEqual(taken("k-1"));
  });

  it.each([
    [-300, true],
    [-302, false],
    [300, true],
    [302, false],
  ])("a signature of %i s from now: %s", async (seconds, isTaken) => {
    const { accept } = on(opened());
    const nowMs = Math.floor(Date.now() / 1_000) * 1_000;
    // A second is left for the time that this takes.
    const atMs = nowMs + (seconds === -300 ? -299 : seconds) * 1_000;
    expect(await accept(requestOf({ atMs }))).toEqual(isTaken ? taken("k-1") : refused("TooOld", 401));
  });

  it("the time of its store, so that it runs on virtual time", () =>
    simulate(async ({ store, advance }) => {
      const { accept, waiting } = on(store, { ageMsMax: 2_000, keepMs: 4_000 });
      const now = () => requestOf({ atMs: store.scheduler?.now() ?? 0 });
      expect(await accept(now())).toEqual(taken("k-1"));
      const old = now();
      await advance(3_000);
      expect(await accept(old)).toEqual(refused("TooOld", 401));
      expect(await accept(now())).toEqual(taken("k-1", true));
      await advance(62_000);
      expect(await accept(now())).toEqual(taken("k-1"));
      expect(await waiting()).toBe(2);
    }));

  it("what its clock lets pass for the longest once, also where its write takes a while", () =>
    simulate(async ({ store, advance }) => {
      const { accept, waiting } = on(store, { ageMsMax: 2_000, keepMs: 4_000 });
      // Its sender is ahead by as much as may be.
      const request = requestOf({ atMs: (store.scheduler?.now() ?? 0) + 2_000 });
      expect(await accept(request)).toEqual(taken("k-1"));
      await advance(4_000);
      const late: Store = {
        ...store,
        write: (lists, writeId) =>
          fromOne(timer(5_000, store.scheduler).pipe(switchMap(() => store.write(lists, writeId)))),
      };
      const again = on(late, { ageMsMax: 2_000, keepMs: 4_000 }).accept(request);
      const answer = again.then((one) => one);
      await advance(5_000);
      expect(await answer).toEqual(taken("k-1", true));
      expect(await waiting()).toBe(1);
      await advance(1);
      expect(await accept(request)).toEqual(refused("TooOld", 401));
    }));

  it.each<[what: string, tag: string, status: number, request: WebhookRequest]>([
    ["no id", "NoKey", 400, requestOf({ headers: { "webhook-id": undefined } })],
    ["an empty id", "NoKey", 400, requestOf({ id: "" })],
    ["an id with a point", "NoKey", 400, requestOf({ id: "a.b" })],
    ["an id with a blank", "NoKey", 400, requestOf({ id: "a b" })],
    ["a long id", "NoKey", 400, requestOf({ id: "a".repeat(257) })],
    ["two ids", "NoKey", 400, requestOf({ headers: { "webhook-id": ["k-1", "k-1"] } })],
    ["an id in two cases", "NoKey", 400, requestOf({ headers: { "Webhook-Id": "k-1" } })],
    [
      "no id, but an Idempotency-Key",
      "NoKey",
      400,
      requestOf({ headers: { "webhook-id": undefined, "idempotency-key": "k-1" } }),
    ],
    ["another id", "BadSignature", 401, requestOf({ headers: { "webhook-id": "k-2" } })],
    ["no time", "BadSignature", 401, requestOf({ headers: { "webhook-timestamp": undefined } })],
    ["another time", "BadSignature", 401, requestOf({ headers: { "webhook-timestamp": "1614265330" } })],
    ["no number as its time", "BadSignature", 401, requestOf({ headers: { "webhook-timestamp": "now" } })],
    ["a time with parts", "BadSignature", 401, requestOf({ headers: { "webhook-timestamp": "1614265330.5" } })],
    ["no signature", "BadSignature", 401, requestOf({ headers: { "webhook-signature": undefined } })],
    ["an empty signature", "BadSignature", 401, requestOf({ headers: { "webhook-signature": "" } })],
    ["a wrong signature", "BadSignature", 401, requestOf({ headers: { "webhook-signature": "v1,AAAA" } })],
    ["another body", "BadSignature", 401, { ...requestOf(), body: '{"name":"pull"}' }],
    ["the same body, written anew", "BadSignature", 401, { ...requestOf(), body: '{ "name": "push" }' }],
    ["an old time", "TooOld", 401, requestOf({ atMs: 1_614_265_330_000 })],
    ["a time to come", "TooOld", 401, requestOf({ atMs: 4_102_444_800_000 })],
    ["no body", "Malformed", 400, requestOf({ body: "" })],
    ["no JSON", "Malformed", 400, requestOf({ body: `{"name":"${HIDDEN}` })],
    ["no UTF-8", "Malformed", 400, requestOf({ body: Buffer.from([0x22, 0xff, 0x22]) })],
    ["a byte order mark", "Malformed", 400, requestOf({ body: `\ufeff${BODY}` })],
    ["another payload", "Malformed", 400, requestOf({ body: `{"name":["${HIDDEN}"]}` })],
    ["a prototype", "Malformed", 400, requestOf({ body: `{"name":"a","__proto__":{"${HIDDEN}":1}}` })],
    ["too much", "Malformed", 400, requestOf({ body: JSON.stringify({ name: "x".repeat(100) }) })],
    ["too many bytes", "Malformed", 400, requestOf({ body: JSON.stringify({ name: "ß".repeat(30) }) })],
  ])("nothing with %s", async (_, tag, status, request) => {
    const { accept, waiting } = on(opened(), { bodyBytesMax: 60 });
    const answer = await accept(request);
    expect(answer).toMatchObject(E.left({ _tag: tag, status }));
    expect(inspect(answer, { depth: 9 })).not.toContain(HIDDEN);
    expect(await waiting()).toBe(0);
  });

  it("no body that was parsed", async () => {
    const { accept } = on(opened());
    const parsed = accept({ ...requestOf(), body: { name: HIDDEN } as never });
    await expect(parsed.then((r) => r)).rejects.toMatchObject({ _tag: "InvalidConfig", option: "body" });
  });

  it.each([
    ["name", { name: "" }],
    ["name", { name: "a".repeat(65) }],
    ["codec", { codec: 5 as never }],
    ["secrets", { secrets: [] }],
    ["secrets", { secrets: HIDDEN as never }],
    ["secrets", { secrets: Array.from({ length: 11 }, () => HIDDEN) }],
    ["secrets[1]", { secrets: [HIDDEN, ""] }],
    ["secrets[0]", { secrets: ["whsec_A"] }],
    ["ageMsMax", { ageMsMax: -1 }],
    ["keepMs", { keepMs: 599_999 }],
    ["bodyBytesMax", { bodyBytesMax: 0 }],
  ])("no definition with a wrong %s", (option, definition) => {
    const make = () => on(opened(), definition);
    expect(make).toThrow(expect.objectContaining({ _tag: "InvalidConfig", option }));
    expect(make).not.toThrow(new RegExp(HIDDEN));
  });

  it("a log that shows its name alone", () => {
    const { receiver } = on(opened(), { secrets: [HIDDEN] });
    expect(inspect(receiver, { depth: 9, showHidden: true })).toBe("WebhookReceiver { name: 'partner' }");
    expect(JSON.stringify(receiver)).toBe('{"name":"partner"}');
  });
});
