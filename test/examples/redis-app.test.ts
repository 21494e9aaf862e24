import * as t from "io-ts";
import { queue } from "sluice";
import { expect, it, onTestFinished } from "vitest";
import { openPlace } from "../../examples/place/openPlace.js";
import { schemaOf } from "../../examples/place/Place.js";
import { ownPlace } from "./places.js";
import { startExample } from "./runExample.js";

it.each(["redis", "postgres"] as const)(
  "the app on %s works orders until SIGTERM, and each order once",
  {
    timeout: 60_000,
  },
  async (kind) => {
    const place = await ownPlace(kind);
    const settings = {
      [kind === "redis" ? "REDIS_URL" : "POSTGRES_URL"]: place.url,
      NAMESPACE: kind === "redis" ? place.namespace : schemaOf(place),
    };
    const produce = () => startExample("05-redis-app/producer.ts", ["3"], settings).ended;
    const worker = startExample("05-redis-app/worker.ts", [], settings);
    await worker.said("ready");

    expect(await produce()).toMatchObject({
      code: 0,
      stderr: "",
      stdout: "o-1: enqueued\no-2: enqueued\no-3: enqueued\n",
    });
    for (const line of ["o-1, attempt 1: Ack", "o-2, attempt 1: Retry", "o-2, attempt 2: Ack", "o-3, attempt 1: Ack"])
      await worker.said(line);
    expect(await produce()).toMatchObject({
      code: 0,
      stderr: "",
      stdout: expect.stringContaining("o-3: was enqueued before") as string,
    });

    worker.terminate();
    const { code, signal, stdout, stderr } = await worker.ended;
    expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: "" });
    const lines = stdout.trim().split("\n");
    expect([lines[0], lines.at(-1)]).toEqual(["ready", "closed"]);
    expect(lines).toHaveLength(6);
    // The key of o-1 and o-3 is one, so they were worked in order.
    expect(lines.indexOf("o-1, attempt 1: Ack")).toBeLessThan(lines.indexOf("o-3, attempt 1: Ack"));

    const { store, close } = await openPlace(place);
    onTestFinished(close);
    const shipments = queue(store, { name: "shipments", codec: t.type({ orderId: t.string }) });
    expect((await shipments.peek()).map(({ json }) => json)).toEqual(
      expect.arrayContaining(["o-1", "o-2", "o-3"].map((orderId) => ({ orderId }))),
    );
    expect(await shipments.stats()).toMatchObject({ enqueued: 3, ready: 3 });
  },
);
