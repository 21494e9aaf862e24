/** What this run saw, for each event: how its deliveries ended. */
import type { Settlement } from "sluice";
import { eventOf, type Webhook } from "./codecs/Webhook.js";

type Ending = Settlement<Webhook, unknown>["outcome"]["_tag"];

/** How many deliveries of an event ended in which way. */
export type Tally = ReadonlyMap<string, Readonly<Partial<Record<Ending, number>>>>;

export const emptyTally: Tally = new Map();

export const addToTally = (tally: Tally, { message, outcome }: Settlement<Webhook, unknown>): Tally => {
  const event = eventOf(message.data);
  const endings = tally.get(event) ?? {};
  return new Map(tally).set(event, { ...endings, [outcome._tag]: (endings[outcome._tag] ?? 0) + 1 });
};
