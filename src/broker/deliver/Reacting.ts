/**
 * Runs the reactions of a delivered event, one after the other in the order of the register, until one does not succeed.
 *
 * An event with one reaction, whose data came with it and is not sealed, takes the short way: its handler is called, and what it answers is
 * the work.
 */
import { map, type Observable, of, switchMap } from "rxjs";
import type { Message } from "../../core/Message.js";
import { Block, type Outcome, Reject } from "../../core/Outcome.js";
import type { Work } from "../../core/Work.js";
import { decodeEvent, oneOfOurs } from "../../log/decodeEvent.js";
import type { Coding } from "../../log/EventCodec.js";
import type { MalformedEvent, Recorded } from "../../log/recorded.js";
import { Timeouts } from "../../operators/internal/Timeouts.js";
import type { StoredEvent } from "../../port/LogPort.js";
import { Routing } from "../correlate/Routing.js";
import { type Rerouted, reroute } from "../correlate/reroute.js";
import type { Lane } from "../Lane.js";
import type { Pending } from "../Pending.js";
import { gone, PendingEvents, unread } from "../PendingEvents.js";
import type { Reaction } from "../Reaction.js";
import { Context } from "./Context.js";
import type { Delivery } from "./Delivery.js";
import { lacking } from "./Holding.js";
import { inTurn } from "./inTurn.js";
import { lackedIn, unknownIn } from "./lackedIn.js";

export class Reacting {
  private readonly timeouts: Timeouts;
  private readonly routing: Routing;
  private readonly events: PendingEvents;

  constructor(private readonly lane: Lane) {
    this.timeouts = new Timeouts(lane.store.scheduler);
    this.events = new PendingEvents(lane.sources);
    this.routing = new Routing(lane.sources, lane.all, lane.correlate);
  }

  /** No timer stays behind. */
  stop(): void {
    this.timeouts.stop();
  }

  /** The work of one delivery. What it finds out is written into `delivery`. */
  work(message: Message<Pending>, delivery: Delivery): Work {
    const unknown = unknownIn(this.lane, message.data.reactions);
    if (unknown.length === 0) return this.workOfKnown(message, delivery);
    return lackedIn(this.lane, unknown).pipe(
      switchMap(([lacked]) =>
        lacked === undefined ? this.workOfKnown(message, delivery) : of(this.missing(message, delivery, lacked)),
      ),
    );
  }

  /** Where all that this program lacks is retired. */
  private workOfKnown(message: Message<Pending>, delivery: Delivery): Observable<unknown> {
    const { event, fault, reactions: names } = message.data;
    const known = names.flatMap((name) => {
      const reaction = this.lane.all.named(name);
      return reaction === undefined || reaction.parts.target.is === "nowhere" ? [] : [reaction];
    });
    const [only] = known;
    if (only === undefined) return of(undefined);
    if (message.attempt > attemptsMaxOf(known)) return this.tooOften(message, delivery, known);
    if (known.length === 1 && fault === undefined && "data" in event) {
      const recorded = decodedNow(only.parts.coding, event);
      if (recorded !== undefined) return this.react(only, { recorded, delivery, message });
    }
    return this.events
      .stored(message.data)
      .pipe(
        switchMap((stored) =>
          stored === undefined
            ? of(refuse(delivery, gone(event)))
            : this.reactAll(known, { stored, delivery, message }),
        ),
      );
  }

  /** An event that this program cannot handle, since it was made by another version of it, or its reaction was removed. */
  private missing(message: Message<Pending>, delivery: Delivery, name: string): Outcome {
    const outcome = this.lane.holding.outcomeOf(message, name);
    if (outcome._tag === "Block") delivery.malformed = unread(message.data.event, lacking(name));
    return outcome;
  }

  /** Its last delivery was never settled: whoever ran it has died, as many times as it may be tried. */
  private tooOften(message: Message<Pending>, delivery: Delivery, known: ReadonlyArray<Reaction>): Observable<Outcome> {
    const cause = `${message.attempt - 1} attempts without an acknowledged progress: the last ones ended with their process, or their lease`;
    return this.events.show(message.data, known).pipe(
      map((ours) => {
        if (ours._tag === "Event") delivery.recorded = ours;
        else delivery.malformed = ours;
        return known.every(({ parts }) => !parts.blockOnError) ? Reject({ cause }) : Block({ cause, scope: "key" });
      }),
    );
  }

  private reactAll(known: ReadonlyArray<Reaction>, { stored, delivery, message }: Stored): Observable<unknown> {
    const { data: pending } = message;
    return this.events.decode(stored, pending.source, known).pipe(
      switchMap((ours) => this.rerouted(stored, message).pipe(map((rerouted) => ({ ours, rerouted })))),
      switchMap(({ ours, rerouted }): Observable<unknown> => {
        const refused = ours.find((one): one is MalformedEvent => one._tag === "Malformed");
        if (refused !== undefined) return of(refuse(delivery, refused));
        const [first] = ours;
        if (first?._tag === "Event") delivery.recorded = first;
        if (rerouted?.fault !== undefined) return of(Block({ cause: rerouted.fault, scope: "key" }));
        const works = known.flatMap((reaction, i) => {
          // Those that are malformed have left above.
          const recorded = ours[i] as Recorded<unknown>;
          const isHere = rerouted === undefined || rerouted.here.includes(reaction.name);
          return isHere ? [() => this.react(reaction, { recorded, delivery, message })] : [];
        });
        return inTurn([...works, ...leaving(known, rerouted, delivery)]);
      }),
    );
  }

  /** Undefined where its targets could be told when it was correlated. */
  private rerouted(
    stored: StoredEvent,
    { data: pending, key: target }: Message<Pending>,
  ): Observable<Rerouted | undefined> {
    return pending.fault === undefined ? of(undefined) : reroute(this.lane, this.routing, { stored, pending, target });
  }

  private react(reaction: Reaction, { recorded, delivery, message }: Reacted): Observable<unknown> {
    delivery.at = reaction;
    delivery.recorded ??= recorded;
    delivery.results.push({ reaction, recorded });
    const { handler, timeoutMs } = reaction.parts;
    const { broker } = this.lane;
    return this.timeouts.within(timeoutMs, (context) =>
      handler(recorded, new Context({ broker, reaction, recorded, message, context })),
    );
  }
}

interface Handling {
  readonly message: Message<Pending>;
  readonly delivery: Delivery;
}

interface Stored extends Handling {
  readonly stored: StoredEvent;
}

interface Reacted extends Handling {
  readonly recorded: Recorded<unknown>;
}

/** Brings an event to the lines of its other targets with the ack, as if that were a follow-up of its first reaction. */
const leaving = (
  [first]: ReadonlyArray<Reaction>,
  rerouted: Rerouted | undefined,
  delivery: Delivery,
): ReadonlyArray<() => Work> => {
  const { recorded } = delivery;
  if (rerouted?.fault !== undefined || rerouted === undefined || rerouted.moves.length === 0) return [];
  if (first === undefined || recorded === undefined) return [];
  const reaction = { ...first, parts: { ...first.parts, followUp: () => rerouted.moves } };
  return [
    () => {
      delivery.results.push({ reaction, recorded });
      return of(undefined);
    },
  ];
};

const attemptsMaxOf = (reactions: ReadonlyArray<Reaction>): number =>
  reactions.reduce((most, { parts }) => Math.max(most, parts.attemptsMax), 1);

/** Undefined where it has to be asked for a key, or is malformed: then the long way tells. */
const decodedNow = (coding: Coding, stored: StoredEvent): Recorded<unknown> | undefined => {
  const ours = oneOfOurs(coding, stored);
  if (ours === undefined || ours.meta === undefined || ours.meta.sealed !== undefined) return undefined;
  const event = decodeEvent(ours, undefined);
  return event._tag === "Event" ? event : undefined;
};

/** Nobody can handle it, however often it is tried: it blocks its target. */
const refuse = (delivery: Delivery, event: MalformedEvent): Outcome => {
  delivery.malformed = event;
  return Block({ cause: event.report.join("; "), scope: "key" });
};
