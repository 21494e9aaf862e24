/** The options of `messages`, checked and filled in. */
import type { ObservableInput } from "rxjs";
import { duration, optionsOf, wellFormedName, wholeNumber } from "../../core/options.js";
import { invalidConfig } from "../../core/SluiceError.js";
import type { MessagesOptions } from "../Queue.js";
import type { ResolvedDefinition } from "../QueueDefinition.js";
import { DEMANDED_MAX, PREFETCH_MAX } from "./Prefetch.js";

export interface ResolvedMessagesOptions {
  /** Undefined follows demand. */
  readonly prefetch: number | undefined;
  readonly consumer: string;
  readonly leaseMs: number;
  readonly stop$: ObservableInput<unknown> | undefined;
  readonly stopMsMax: number;
  readonly settleSizeMax: number;
  readonly settleWaitMsMax: number;
}

const NAMES = ["prefetch", "consumer", "leaseMs", "stop$", "stopMsMax", "settleSizeMax", "settleWaitMsMax"] as const;

/** Checks the options of one subscription, or throws `InvalidConfig`. */
export const resolveMessagesOptions = (
  given: MessagesOptions,
  definition: Pick<ResolvedDefinition<unknown>, "leaseMs">,
): Omit<ResolvedMessagesOptions, "consumer"> & { readonly consumer: string | undefined } => {
  const options = optionsOf(given, NAMES);
  const prefetch =
    options.prefetch === undefined
      ? undefined
      : wholeNumber("prefetch", options.prefetch, { min: 1, max: PREFETCH_MAX });
  const leaseMs = wholeNumber("leaseMs", options.leaseMs ?? definition.leaseMs, { ...duration, min: 10 });
  return {
    prefetch,
    consumer: options.consumer === undefined ? undefined : wellFormedName("consumer", options.consumer),
    leaseMs,
    stop$: options.stop$,
    stopMsMax: wholeNumber("stopMsMax", options.stopMsMax ?? 30_000, duration),
    settleSizeMax: wholeNumber("settleSizeMax", options.settleSizeMax ?? prefetch ?? DEMANDED_MAX, {
      min: 1,
      max: PREFETCH_MAX,
    }),
    settleWaitMsMax: settleWaitOf(wholeNumber("settleWaitMsMax", options.settleWaitMsMax ?? 0, duration), leaseMs),
  };
};

// Nobody renews the lease of a message whose settlement waits. A message in hand has at least a third of its lease left, so its
// settlement may wait for so long.
const settleWaitOf = (settleWaitMsMax: number, leaseMs: number): number => {
  if (settleWaitMsMax <= leaseMs / 3) return settleWaitMsMax;
  throw invalidConfig(
    "settleWaitMsMax",
    `settleWaitMsMax ${settleWaitMsMax} would let leases of ${leaseMs} ms end while their settlements wait; make it ${Math.floor(leaseMs / 3)} (a third of leaseMs) at most, or raise leaseMs.`,
  );
};
