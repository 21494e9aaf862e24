/** The targets that wait for people. */
import { isRight } from "fp-ts/lib/Either.js";
import { concatMap, defer, from, map, type Observable, of, switchMap, toArray } from "rxjs";
import { optionsOf, wholeNumber } from "../core/options.js";
import { invalidConfig } from "../core/SluiceError.js";
import type { Page } from "../port/Page.js";
import type { KeyHead } from "../port/QueuePort.js";
import type { Blocked, PageOptions } from "../queue/Queue.js";
import type { BlockedStream } from "./Broker.js";
import type { Parts } from "./definition.js";
import type { Lane } from "./Lane.js";
import type { Pending } from "./Pending.js";
import { PendingEvents } from "./PendingEvents.js";
import { positionIn, vectorOf } from "./vector.js";

type Item = BlockedStream<unknown>;

/** Lane by lane: where a page goes on is told as the name of a lane and what its queue says. */
export const blockedStreams = (parts: Parts, options: PageOptions): Observable<Page<Item>> =>
  defer(() => {
    const { after, limit = 100 } = optionsOf(options, ["after", "limit"]);
    wholeNumber("limit", limit, { min: 1, max: 1_000 });
    return pageOf(parts, { ...fromOf(parts, after), limit });
  });

interface From {
  /** Its place among the lanes. */
  readonly lane: number;
  readonly after: string | undefined;
}

const fromOf = ({ lanes }: Parts, text: string | undefined): From => {
  if (text === undefined) return { lane: 0, after: undefined };
  const [name = "", after = ""] = /^([^/]*)\/(.*)$/su.exec(text)?.slice(1) ?? [];
  const lane = lanes.findIndex((one) => one.name === name);
  if (lane < 0) throw invalidConfig("after", "after must be the next of a page of this broker.");
  return { lane, after: after === "" ? undefined : after };
};

/** The first page that is not empty. */
const pageOf = (
  parts: Parts,
  { lane: at, after, limit }: From & { readonly limit: number },
): Observable<Page<Item>> => {
  const lane = parts.lanes[at];
  if (lane === undefined) return of({ items: [], next: undefined });
  return lane.queue.blocked({ after, limit }).pipe(
    switchMap((page) => {
      if (page.items.length === 0 && page.next === undefined)
        return pageOf(parts, { lane: at + 1, after: undefined, limit });
      const following = parts.lanes[at + 1]?.name;
      const next = page.next === undefined ? following && `${following}/` : `${lane.name}/${page.next}`;
      return itemsOf(parts, lane, page.items).pipe(map((items) => ({ items, next })));
    }),
  );
};

const itemsOf = (
  { store, sources }: Parts,
  lane: Lane,
  blocked: ReadonlyArray<Blocked<Pending>>,
): Observable<ReadonlyArray<Item>> => {
  const events = new PendingEvents(sources);
  const keys = blocked.map(({ key }) => key ?? "");
  return store.heads({ queue: lane.queueName, keys }).pipe(
    switchMap((heads) =>
      from(blocked.entries()).pipe(
        concatMap(([i, one]) => itemOf({ lane, events, sources: sources.length }, one, heads[i])),
        toArray(),
      ),
    ),
  );
};

interface Showing {
  readonly lane: Lane;
  readonly events: PendingEvents;
  readonly sources: number;
}

const itemOf = (
  { lane, events, sources }: Showing,
  { key = "", cause, sinceMs, data }: Blocked<Pending>,
  head: KeyHead | undefined,
): Observable<Item> => {
  // What is no pending event is dead-lettered, and never blocked.
  if (!isRight(data)) throw invalidConfig("name", "the queue of this lane has messages that are none of a broker");
  const pending = data.right;
  const known = pending.reactions.flatMap((name) => lane.all.named(name) ?? []);
  const position = head?.mark === undefined ? undefined : positionIn(vectorOf(head.mark, sources));
  return events.show(pending, known).pipe(
    map((recorded) => ({
      stream: key,
      lane: lane.name,
      position,
      recorded,
      reactions: pending.reactions,
      cause,
      sinceMs,
    })),
  );
};
