/**
 * What is paid is shipped: a policy upon the events of carts, brought by a broker. What the parcel refuses is tried again twice, and then
 * held for people, who insure it or let it be; other carts go on.
 */
import { isLeft } from "fp-ts/lib/Either.js";
import {
  distinctUntilChanged,
  filter,
  firstValueFrom,
  map,
  merge,
  type Observable,
  Subject,
  switchMap,
  timer,
} from "rxjs";
import type { Store } from "sluice";
import { broker, on } from "sluice/broker";
import { eventCodec } from "sluice/log";
import { aggregate, policy, send } from "sluice/sourcing";
import { cartEvents, cartIdOf, streamOfCart } from "./cartEvents.js";
import { ParcelEvent, parcelDecider } from "./domain/Parcel.js";

const parcelEvents = eventCodec(ParcelEvent, { tag: "type" });

/** A parcel that waits for people. */
export interface Held {
  /** Of the cart. */
  readonly id: string;
  readonly cause: string;
  readonly sinceMs: number;
}

const heldMax = 50;

const lookMs = 1_000;

export const shipping = (store: Store) => {
  const parcels = aggregate(store, {
    category: "parcel",
    codec: parcelEvents,
    decider: parcelDecider,
  });
  const ship = on(cartEvents, "CartPaid").do(
    policy(({ event, stream }) => [send(parcels, cartIdOf(stream), { type: "Ship", worth: event.total })]),
    { name: "ship", attemptsMax: 3, backoff: { initialMs: 200 } },
  );
  const ships = broker(store, { name: "shipping", reactions: [ship] });

  /** The longest held first, and so many at most. */
  const held = (): Observable<ReadonlyArray<Held>> =>
    ships
      .blockedStreams({ limit: heldMax })
      .pipe(map(({ items }) => items.map(({ stream, cause, sinceMs }) => ({ id: cartIdOf(stream), cause, sinceMs }))));

  const freed$ = new Subject<void>();
  /** Those now, and when that has changed: at once where this process did it, within a second where another one did. */
  const held$ = merge(timer(0, lookMs), freed$, ships.events$.pipe(filter(({ _tag }) => _tag === "Blocked"))).pipe(
    switchMap(held),
    distinctUntilChanged((one, other) => JSON.stringify(one) === JSON.stringify(other)),
  );

  const freed = (count: number): boolean => {
    freed$.next();
    return count > 0;
  };

  /** Insures the parcel of a held cart, and lets it be tried again. Answers whether it was held. */
  const insure = async (id: string): Promise<boolean> => {
    // Whose parcel is not held must not be insured by the way.
    const isHeld = (await firstValueFrom(held())).some((one) => one.id === id);
    if (!isHeld) return false;
    const insured = await parcels.handle(id, { type: "Insure" });
    return !isLeft(insured) && freed(await ships.unblock(streamOfCart(id)));
  };

  /** The customer comes for it: nothing is shipped. Answers whether it was held. */
  const skip = async (id: string): Promise<boolean> => freed(await ships.skip(streamOfCart(id)));

  return { parcels, broker: ships, held, held$, insure, skip };
};
