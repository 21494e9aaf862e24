/**
 * The routes of a hub and its destinations as one component. The routes are checked when the program runs, so `pulumi preview` refuses
 * what the hub would refuse once it is deployed: every fault, each with its path.
 */
import { InputPropertiesError } from "@pulumi/pulumi/errors.js";
import { warn } from "@pulumi/pulumi/log/index.js";
import { all, type Output, output } from "@pulumi/pulumi/output.js";
import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi/resource.js";
import * as E from "fp-ts/lib/Either.js";
import { parseRoutes, type RoutesConfig } from "sluice/hub";
import { Destination, type DestinationArgs } from "./Destination.js";

/** The config of the hub, whose defaults pass through as they are, and what handles each destination. */
export interface EventHubArgs extends RoutesConfig<string> {
  readonly destinations: Readonly<Record<string, DestinationArgs>>;
  /** Whether a route to a destination without a handler is refused. Otherwise it is a warning, and its dispatches end misconfigured. Default false. */
  readonly strict?: boolean;
}

export class EventHub extends ComponentResource {
  readonly destinations: ReadonlyMap<string, Destination>;
  /** The config as JSON, for the environment or a file of the program that runs the hub, which gives it to `parseRoutes`. */
  readonly routes: Output<string>;
  /** The handlers by destination, as JSON, for the same program. */
  readonly handlers: Output<string>;

  constructor(
    name: string,
    { destinations, strict = false, ...config }: EventHubArgs,
    options?: ComponentResourceOptions,
  ) {
    super("sluice:hub:EventHub", name, {}, options);
    const parsed = parseRoutes(config);
    if (E.isLeft(parsed)) throw refusal(name, parsed.left);
    const known = new Set(Object.keys(destinations));
    const missing = parsed.right.config.routes.flatMap(({ destination }, i) =>
      known.has(destination) ? [] : [`routes[${i}].destination: ${destination} has no handler`],
    );
    if (missing.length > 0 && strict) throw refusal(name, missing);
    for (const line of missing) void warn(`${line}: its dispatches will end misconfigured`, this);
    this.destinations = new Map(
      Object.entries(destinations).map(([destination, args]) => [
        destination,
        new Destination(`${name}-${destination}`, args, { parent: this }),
      ]),
    );
    this.routes = output(JSON.stringify(parsed.right.config));
    this.handlers = all(Object.fromEntries([...this.destinations].map(([to, { handler }]) => [to, handler]))).apply(
      (handlers) => JSON.stringify(handlers),
    );
    this.registerOutputs({ routes: this.routes, handlers: this.handlers });
  }
}

/** Told by Pulumi without a stack trace, each fault at its property. */
const refusal = (name: string, lines: ReadonlyArray<string>): InputPropertiesError =>
  new InputPropertiesError({
    message: `The routes of the hub ${name} are refused.\n${lines.join("\n")}`,
    errors: lines.map((line) => {
      const [propertyPath = "", ...reason] = line.split(": ");
      return { propertyPath, reason: reason.join(": ") };
    }),
  });
