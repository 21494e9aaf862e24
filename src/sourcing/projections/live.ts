/** A state that is made of the log in memory, and of nothing else. */
import { concatMap, defer, EMPTY, type Observable, of } from "rxjs";
import { showing } from "../../core/inspecting.js";
import type { FeedItem } from "../../log/EventLog.js";
import type { Resolved } from "./definition.js";
import type { EventSource } from "./EventSource.js";
import type { Projected } from "./Projection.js";
import { refused } from "./Stage.js";
import { evolved } from "./takeState.js";

export const live = <S>(
  source: EventSource,
  { initial, evolve }: { readonly initial: S; readonly evolve: Resolved<S, S>["evolve"] },
): Observable<Projected<S>> =>
  defer(() => {
    let state = initial;
    let isNews = false;
    let caughtUp = false;
    const told = (item: FeedItem<unknown>): Observable<Projected<S>> => {
      switch (item._tag) {
        case "Malformed":
          throw refused(item).cause;
        case "Event":
          state = evolved(evolve, state, item);
          isNews = true;
          return EMPTY;
        case "Passed":
        case "CaughtUp": {
          const wasCaughtUp = caughtUp;
          caughtUp = item._tag === "CaughtUp";
          if (!isNews && (!caughtUp || wasCaughtUp)) return EMPTY;
          isNews = false;
          return of(projectedOf({ state, position: item.position, caughtUp }));
        }
      }
    };
    return source.feed().pipe(concatMap(told));
  });

/** In logs and JSON it shows how far it is, never the state. */
export const projectedOf = <S>({ state, position, caughtUp }: Projected<S>): Projected<S> =>
  showing({ state, position, caughtUp }, "Projected", { position, caughtUp });
