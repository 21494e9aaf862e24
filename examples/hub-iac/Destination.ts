/** A destination of a hub: the resource that names what handles its dispatches. */
import type { Input, Output } from "@pulumi/pulumi/output.js";
import { output } from "@pulumi/pulumi/output.js";
import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi/resource.js";

export interface DestinationArgs {
  /** What the hub calls for each dispatch: the address of an endpoint, the name of a handler of its program. */
  readonly handler: Input<string>;
}

export class Destination extends ComponentResource {
  readonly handler: Output<string>;

  constructor(name: string, args: DestinationArgs, options?: ComponentResourceOptions) {
    super("sluice:hub:Destination", name, { handler: args.handler }, options);
    this.handler = output(args.handler);
    this.registerOutputs({ handler: this.handler });
  }
}
