/** A message that one consumer gives back for a while, again and again, reaches another one that waits, of the same process or not. */
import * as t from "io-ts";
import { Redis } from "ioredis";
import { mergeMap, type Observable } from "rxjs";
import { describe, expect, inject, it } from "vitest";
import type { Message } from "../../../src/core/Message.js";
import { Release } from "../../../src/core/Outcome.js";
import { queue } from "../../../src/queue/makeQueue.js";
import { redisStore } from "../../../src/stores/redis/redisStore.js";
import { until } from "./bench.js";
import { newNamespace, removeNamespace } from "./namespace.js";

const url = inject("redisUrl");

describe("what one consumer gives back again and again", () => {
  it.each(["the same process", "another process"])(
    "reaches one of %s that waits",
    { timeout: 20_000 },
    async (where) => {
      const namespace = newNamespace();
      const store = redisStore(url, { namespace });
      const other = where === "the same process" ? store : redisStore(url, { namespace });
      const admin = new Redis(url);
      const definition = { name: "q", codec: t.string };
      const given = { back: 0, done: 0 };
      const giving = ({ settle }: Message<string>): Observable<unknown> => {
        given.back += 1;
        return settle(Release({ reason: "not mine", delayMs: 20 }));
      };
      const taking = ({ ack }: Message<string>): Observable<unknown> => {
        given.done += 1;
        return ack;
      };
      const first = queue(store, definition).messages().pipe(mergeMap(giving)).subscribe();
      try {
        await queue(store, definition).enqueue("a");
        await until(() => given.back > 3);
        const second = queue(other, definition).messages().pipe(mergeMap(taking)).subscribe();
        try {
          await until(() => given.done > 0);
          // It comes within a few turns each time, not by some luck.
          for (let n = 1; n <= 5; n++) {
            await queue(store, definition).enqueue(`a${n}`);
            await until(() => given.done > n);
          }
          expect(given.back).toBeLessThan(100);
        } finally {
          second.unsubscribe();
        }
      } finally {
        first.unsubscribe();
        await store.close();
        await other.close();
        await removeNamespace(admin, namespace);
        admin.disconnect();
      }
    },
  );
});
