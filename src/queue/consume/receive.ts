/** `receive`: a bounded number of messages, for scripts and functional code, without a subscription that owns them. */
import { isLeft } from "fp-ts/lib/Either.js";
import { tap } from "rxjs";
import { type Effect, mapEffect } from "../../core/Effect.js";
import { type Message, messageOf } from "../../core/Message.js";
import { duration, optionsOf, wholeNumber } from "../../core/options.js";
import { type ReadError, toSluiceError } from "../../core/SluiceError.js";
import { idFrom } from "../../core/Sources.js";
import type { Lease } from "../../port/Lease.js";
import { decodeData } from "../decodeData.js";
import type { ReceiveOptions } from "../Queue.js";
import type { QueueParts } from "../QueueParts.js";
import { LeasedDelivery } from "./LeasedDelivery.js";
import type { Owner } from "./Owner.js";
import { PREFETCH_MAX } from "./Prefetch.js";
import { LEASE_BYTES_MAX } from "./Puller.js";
import { rejectPoison } from "./poison.js";
import { Settler } from "./Settler.js";

const nothing = (): void => undefined;

/** Leases up to `max` messages. Those that the codec refuses are dead-lettered and left out. */
export const receive = <A>(
  parts: QueueParts<A>,
  given: ReceiveOptions,
): Effect<ReadonlyArray<Message<A>>, ReadError> => {
  const { store, definition, events } = parts;
  const options = optionsOf(given, ["leaseMs", "max", "waitMsMax"]);
  const leaseMs = wholeNumber("leaseMs", options.leaseMs ?? definition.leaseMs, { ...duration, min: 10 });
  const max = wholeNumber("max", options.max, { min: 1, max: PREFETCH_MAX });
  const waitMsMax = wholeNumber("waitMsMax", options.waitMsMax ?? 0, duration);
  const { name: queue, attemptsMax, deliveriesMax, exclusive } = definition;
  const consumer = idFrom(store);
  let unsettled = 0;
  // Unlike a subscription, a `receive` asks for no more messages. So an exclusive queue passes to the next consumer as soon as all
  // of them are settled, or nobody waits for the answer any more.
  const leaveIfDone = (): void => {
    if (!exclusive || unsettled > 0) return;
    store.leave({ queue, consumer }).subscribe({
      error: (error: unknown) => events.failed("settle", toSluiceError(error)),
    });
  };
  const owner = ownerOf(parts, leaseMs, () => {
    unsettled -= 1;
    leaveIfDone();
  });
  const request = {
    queue,
    consumer,
    max,
    bytesMax: LEASE_BYTES_MAX,
    leaseMs,
    waitMsMax,
    attemptsMax,
    deliveriesMax,
    hands: "empty" as const,
    exclusive,
  };
  const lease = store.lease(request).pipe(tap({ unsubscribe: leaveIfDone, error: leaveIfDone }));
  return mapEffect(lease, (leases) => {
    unsettled += leases.length;
    const messages = messagesOf(parts, leases, owner);
    leaveIfDone();
    return messages;
  });
};

/** The owner of the deliveries of one `receive`. No credit depends on their settlements; `onEnded` is called as each ends. */
const ownerOf = <A>({ store, definition, events }: QueueParts<A>, leaseMs: number, onEnded: () => void): Owner => ({
  store,
  queue: definition.name,
  leaseMs,
  attemptsMax: definition.attemptsMax,
  prefetch: Number.POSITIVE_INFINITY,
  demands: undefined,
  settler: new Settler({
    target: store,
    scheduler: store.scheduler,
    sizeMax: PREFETCH_MAX,
    waitMsMax: 0,
    persistent: false,
    onFailure: (error) => events.failed("settle", error),
    onFlush: nothing,
  }),
  ended: (delivery, performed) => {
    events.ended(delivery.lease, performed);
    onEnded();
  },
  reopened: nothing,
  givenBack: nothing,
  leaseChanged: nothing,
  letGo: nothing,
});

/** The messages of these leases. Those that the codec refuses are rejected and left out. */
const messagesOf = <A>(
  { store, definition, events }: QueueParts<A>,
  leases: ReadonlyArray<Lease>,
  owner: Owner,
): ReadonlyArray<Message<A>> => {
  const messages: Array<Message<A>> = [];
  const receivedMs = store.scheduler.now();
  for (const lease of leases) {
    const delivery = new LeasedDelivery(lease, owner, receivedMs);
    const decoded = decodeData(definition.codec, lease);
    if (isLeft(decoded)) rejectPoison(delivery, decoded.left, events);
    else {
      delivery.custody.given = true;
      events.of(delivery.lease, (about) => ({ ...about, _tag: "Delivered" }));
      messages.push(messageOf(delivery, decoded.right));
    }
  }
  return messages;
};
