/** What happened and when, as the TestScheduler records and expects it. */
import type { ObservableNotification } from "rxjs";

export interface Frame {
  readonly frame: number;
  readonly notification: ObservableNotification<unknown>;
}

/** When something subscribed and unsubscribed; `Infinity` is never. */
export interface SubscriptionFrame {
  readonly subscribedFrame: number;
  readonly unsubscribedFrame: number;
}

export const isFrame = (value: unknown): value is Frame =>
  isObject(value) && typeof value["frame"] === "number" && isObject(value["notification"]);

export const isSubscriptionFrame = (value: unknown): value is SubscriptionFrame =>
  isObject(value) && typeof value["subscribedFrame"] === "number" && typeof value["unsubscribedFrame"] === "number";

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;
