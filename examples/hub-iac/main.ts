/**
 * Runs the infrastructure code with Pulumi's mocks, which need neither its command line nor an account, then reads what it made as the program
 * that runs the hub does.
 */
import { setMocks } from "@pulumi/pulumi/runtime/mocks.js";
import * as E from "fp-ts/lib/Either.js";
import { parseRoutes } from "sluice/hub";
import { shop } from "./shop.js";

await setMocks({
  newResource: ({ type, name, inputs }) => {
    console.log("resource", type, name);
    return { id: undefined, state: inputs as Record<string, unknown> };
  },
  call: ({ inputs }) => inputs as Record<string, unknown>,
});

const { routes, handlers } = shop();
const settled = await new Promise<readonly [string, string]>((resolve) => {
  routes.apply((json) => handlers.apply((byName) => resolve([json, byName])));
});
const [json, byName] = settled;
const destinations = Object.keys(JSON.parse(byName) as Record<string, string>);
const parsed = parseRoutes(JSON.parse(json), destinations);
if (E.isLeft(parsed)) throw new Error(parsed.left.join("\n"));
for (const { destination, maxRetries = 5 } of parsed.right.config.routes)
  console.log("route to", destination, maxRetries);
