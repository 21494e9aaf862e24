import { inspect } from "node:util";
import { left, right } from "fp-ts/lib/Either.js";
import * as t from "io-ts";
import { firstValueFrom, map, of } from "rxjs";
import { Ack, Block, batch, deadLetter, handle, mapData, queue, Reject, Release, Retry, settle } from "sluice";
import { memoryStore } from "sluice/memory";
import { redisStore } from "sluice/redis";
import { testMessage } from "sluice/testing";
import { afterEach, describe, expect, it } from "vitest";

const secret = "4111-1111";
const texts = (value: unknown): ReadonlyArray<string> => [
  inspect(value, { depth: 20, getters: true }),
  inspect({ value }),
  inspect([value], { depth: 0 }),
  JSON.stringify(value),
];
const shown = (value: unknown): string => {
  for (const text of texts(value)) expect(text).not.toContain(secret);
  return inspect(value);
};

describe("what values show in logs and JSON", () => {
  const message = testMessage({ card: secret }, { key: "k-1", attempt: 3, headers: { authorization: secret } });
  const { id } = message;

  it("of a message is its id, key and attempt", () => {
    const whole = of(message).pipe(mapData((data) => data));
    return firstValueFrom(whole).then((mapped) => {
      expect(shown(mapped)).toBe(`Message { id: '${id}', key: 'k-1', attempt: 3 }`);
      expect(JSON.parse(JSON.stringify(mapped))).toEqual({ id, key: "k-1", attempt: 3 });
    });
  });

  it("of a batch is its messages", async () => {
    expect(shown(await firstValueFrom(of(message).pipe(batch())))).toContain(id);
  });

  it("of an Outcome is what it asks for, and of its cause a line", () => {
    const cause = Object.assign(new Error("declined"), { card: secret });
    expect(shown(Retry({ cause, delayMs: 5 }))).toBe("Retry { cause: 'Error: declined', delayMs: 5 }");
    expect(shown(Reject({ cause: { card: secret } }))).toContain("an object without a message");
    expect(shown(Block({ cause, scope: "key" }))).toContain("scope: 'key'");
    expect(shown(Release({ reason: "stop" }))).toContain("stop");
    expect(shown(Ack)).toBe("Ack");
    expect(Reject({ cause: 1 })).toStrictEqual({ _tag: "Reject", cause: 1 });
    expect(JSON.parse(JSON.stringify(Retry({ cause, delayMs: 5 })))).toEqual({
      _tag: "Retry",
      cause: "Error: declined",
      delayMs: 5,
    });
  });

  it("of a handled message and its settlement is how they ended", async () => {
    const work = async () => right({ card: secret });
    const handled = of(message).pipe(handle(work));
    expect(shown(await firstValueFrom(handled))).toMatch(/^Handled \{.*result: 'Right'/s);
    expect(shown(await firstValueFrom(handled.pipe(settle())))).toMatch(/^Settlement \{.*outcome: Ack/s);
    const failed = of(testMessage({ card: secret })).pipe(
      handle(async () => left({ _tag: "Declined", card: secret } as const)),
      deadLetter(),
    );
    expect(shown(await firstValueFrom(failed))).toContain("result: 'Failed: Declined'");
    expect(
      shown(
        await firstValueFrom(
          failed.pipe(
            settle(),
            map(({ outcome }) => outcome),
          ),
        ),
      ),
    ).toContain("Reject");
  });

  describe("of what is made by a store", () => {
    const store = memoryStore();
    const redis = redisStore(`redis://user:${secret}@127.0.0.1:1/0`, { commandMsMax: 100 });
    afterEach(() => Promise.all([store.close(), redis.close()]));

    it("is its name: queue, store, Effect and Write", async () => {
      for (const kept of [store, redis]) {
        const cards = queue(kept, { name: "cards", codec: t.type({ card: t.string }) });
        expect(shown(cards)).toBe("Queue { name: 'cards' }");
        expect(JSON.stringify(cards)).toBe('{"name":"cards"}');
        shown(cards.definition);
        shown(cards.events$);
        expect(shown(cards.enqueue({ card: secret }))).toBe("Write");
        expect(shown(cards.enqueue({ card: secret }).retry())).toBe("Write");
        expect(shown(cards.stats())).toBe("Effect");
      }
      expect([shown(store), shown(redis)]).toEqual(["MemoryStore", "RedisStore { namespace: 'sluice' }"]);
      shown(redis.events$);

      const cards = queue(store, { name: "others", codec: t.type({ card: t.string }) });
      const write = cards.enqueue({ card: secret });
      await write;
      expect(shown(write)).toBe("Write");
      const [leased] = await cards.receive({ max: 1 });
      expect(shown(leased)).toMatch(/^Message \{/);
      expect(shown(leased?.ack)).toBe("Write");
      const events: Array<unknown> = [];
      cards.events$.subscribe((event) => events.push(event));
      await leased?.settle(Reject({ cause: { card: secret } }));
      expect(events).toHaveLength(1);
      for (const event of events) shown(event);
    });
  });
});
