/** A webhook, told apart by its event. */
import * as t from "io-ts";
import { Issues } from "./Issues.js";
import { Other } from "./Other.js";
import { PullRequest } from "./PullRequest.js";
import { Push } from "./Push.js";
import { Release } from "./Release.js";
import { Star } from "./Star.js";

export const Webhook = t.union([Push, Issues, PullRequest, Release, Star, Other]);
export type Webhook = t.TypeOf<typeof Webhook>;

const named: ReadonlySet<string> = new Set(
  [Push, Issues, PullRequest, Release, Star].map(({ props }) => props.event.value),
);

/** Checks what came in under this event's name: by the codec of the event, or by that of all others. */
export const decodeWebhook = (delivery: string, name: string, payload: unknown): t.Validation<Webhook> =>
  Webhook.decode(named.has(name) ? { delivery, event: name, payload } : { delivery, event: "other", name, payload });

/** The event as its sender named it. */
export const eventOf = (webhook: Webhook): string => (webhook.event === "other" ? webhook.name : webhook.event);

/** The full name of its repository; some events, such as those of an organization, have none. */
export const repositoryOf = ({ payload }: Webhook): string | undefined => payload.repository?.full_name;
