/** The valve of a destination: one for all runs of this process that have the same options for it. */
import type { DestinationOptions } from "../Destination.js";
import type { Parts } from "../definition.js";
import { BREAK_MS } from "../destinationOptions.js";
import { DestinationValve } from "./DestinationValve.js";

/** Whether it holds dispatches back at times. */
export const holdsBack = ({ ratePerSecondMax, breakAfter }: DestinationOptions): boolean =>
  ratePerSecondMax !== undefined || breakAfter !== undefined;

/** Undefined where nothing holds dispatches back. */
export const valveOf = (
  { store, local }: Pick<Parts, "store" | "local">,
  destination: string,
  options: DestinationOptions,
): DestinationValve | undefined => {
  if (!holdsBack(options)) return undefined;
  const { ratePerSecondMax, breakAfter, breakMs = BREAK_MS } = options;
  const name = JSON.stringify([destination, ratePerSecondMax, breakAfter, breakMs]);
  const known = local.valves.get(name);
  if (known !== undefined) return known;
  const { sink } = local;
  const valve = new DestinationValve({
    scheduler: store.scheduler,
    ratePerSecondMax,
    breaker: breakAfter === undefined ? undefined : { breakAfter, breakMs },
    onOpened: (opened) => sink.tell({ _tag: "BreakerOpened", destination, ...opened }),
    onClosed: () => sink.tell({ _tag: "BreakerClosed", destination }),
  });
  local.valves.set(name, valve);
  return valve;
};
