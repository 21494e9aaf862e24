import type { Output } from "@pulumi/pulumi/output.js";
import { setMocks } from "@pulumi/pulumi/runtime/mocks.js";
import * as E from "fp-ts/lib/Either.js";
import { parseRoutes } from "sluice/hub";
import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { EventHub, type EventHubArgs } from "../../examples/hub-iac/EventHub.js";
import { shop } from "../../examples/hub-iac/shop.js";

const resources: Array<readonly [type: string, name: string, inputs: unknown]> = [];

beforeAll(() =>
  setMocks({
    newResource: ({ type, name, inputs }) => {
      resources.push([type, name, inputs]);
      return { id: undefined, state: inputs as Record<string, unknown> };
    },
    call: ({ inputs }) => inputs as Record<string, unknown>,
  }),
);
beforeEach(() => {
  resources.length = 0;
});

const settled = (output: Output<string>): Promise<string> =>
  new Promise((resolve) => {
    output.apply(resolve);
  });

const route = { condition: { path: "$.name", exact: "orderPlaced" }, destination: "ORDER_HANDLER" } as const;
const args: EventHubArgs = { routes: [route], destinations: {} };
const thrown = (make: () => unknown): unknown => {
  try {
    make();
  } catch (cause) {
    return cause;
  }
  throw new Error("nothing was thrown");
};

describe("the hub of infrastructure code", () => {
  it("makes a resource of each destination, and JSON that the hub parses", async () => {
    const { routes, handlers } = shop();
    expect(JSON.parse(await settled(handlers))).toEqual({
      ORDER_HANDLER: "https://orders.example/hooks",
      PAYMENT_HANDLER: "https://payments.example/hooks",
    });
    const parsed = parseRoutes(JSON.parse(await settled(routes)), ["ORDER_HANDLER", "PAYMENT_HANDLER"]);
    expect(E.isRight(parsed)).toBe(true);
    await vi.waitFor(() =>
      expect(resources.map(([type, name]) => [type, name])).toEqual([
        ["sluice:hub:EventHub", "shop"],
        ["sluice:hub:Destination", "shop-ORDER_HANDLER"],
        ["sluice:hub:Destination", "shop-PAYMENT_HANDLER"],
      ]),
    );
    expect(resources[1]?.[2]).toEqual({ handler: "https://orders.example/hooks" });
  });

  it("passes the defaults through, zeros too", async () => {
    const defaults = {
      defaultDelaySeconds: 0,
      defaultMaxRetries: 0,
      defaultRetryDelay: { type: "exponential", base: 2, max: 20 },
    } as const;
    const { routes } = new EventHub("defaults", {
      ...args,
      ...defaults,
      destinations: { ORDER_HANDLER: { handler: "o" } },
    });
    expect(JSON.parse(await settled(routes))).toEqual({ routes: [route], ...defaults });
  });

  it("refuses a destination without a handler where it is strict", () => {
    expect(thrown(() => new EventHub("strict", { ...args, strict: true }))).toMatchObject({
      message: "The routes of the hub strict are refused.\nroutes[0].destination: ORDER_HANDLER has no handler",
      errors: [{ propertyPath: "routes[0].destination", reason: "ORDER_HANDLER has no handler" }],
    });
  });

  it("warns of it by default, and keeps the route", async () => {
    const warned = vi.spyOn(console, "warn").mockReturnValue();
    const { routes } = new EventHub("lenient", args);
    expect(JSON.parse(await settled(routes))).toEqual({ routes: [route] });
    expect(warned.mock.calls).toEqual([
      ["warning: [runtime] routes[0].destination: ORDER_HANDLER has no handler: its dispatches will end misconfigured"],
    ]);
  });

  it("refuses a wrong config, with every fault at its property", () => {
    const wrong = { ...args, defaultMaxRetries: -1, routes: [{ ...route, condition: { path: "$.name", match: "(" } }] };
    expect(thrown(() => new EventHub("wrong", wrong))).toMatchObject({
      errors: [
        {
          propertyPath: "routes[0].condition.match",
          reason: expect.stringMatching(/^is no regular expression/u) as string,
        },
        { propertyPath: "defaultMaxRetries", reason: expect.stringMatching(/^must be a whole number/u) as string },
      ],
    });
  });
});
