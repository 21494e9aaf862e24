/**
 * An event whose targets could not be told stands in the line of its own stream. Once they can be told, the reactions whose target that line is run
 * there, and for all others it goes to their lines, in the write of its ack.
 */
import { map, type Observable, of, switchMap } from "rxjs";
import type { Write } from "../../core/Write.js";
import type { StoredEvent } from "../../port/LogPort.js";
import { type Control, priorityOf, replayedIn } from "../Control.js";
import type { Lane } from "../Lane.js";
import type { Pending } from "../Pending.js";
import type { Reaction } from "../Reaction.js";
import { textOf } from "../vector.js";
import { enqueueAll, messagesOf } from "./Enqueueing.js";
import type { Line, Routing } from "./Routing.js";
import { standing } from "./standing.js";

export interface Rerouting {
  readonly stored: StoredEvent;
  readonly pending: Pending;
  /** In whose line it stands. */
  readonly target: string | undefined;
}

export type Rerouted =
  /** Its targets can still not be told. */
  | { readonly fault: string }
  /** The names of the reactions that run where it stands, and what brings it to all others. */
  | { readonly fault: undefined; readonly here: ReadonlyArray<string>; readonly moves: ReadonlyArray<Write<unknown>> };

export const reroute = (lane: Lane, routing: Routing, rerouting: Rerouting): Observable<Rerouted> => {
  const { stored, target, pending } = rerouting;
  const { source, reactions } = pending;
  const wants = ({ name }: Reaction): boolean => reactions.includes(name);
  return routing.route({ source, events: [stored], wants }).pipe(
    switchMap(([lines = []]): Observable<Rerouted> => {
      const fault = lines.find((line) => line.fault !== undefined)?.fault;
      if (fault !== undefined) return of({ fault });
      const here = lines.flatMap((line) => (line.target === target ? line.reactions : []));
      const others = lines.filter((line) => line.target !== target);
      if (others.length === 0) return of({ fault, here, moves: [] });
      return movesTo(lane, rerouting, others).pipe(map((moves) => ({ fault, here, moves })));
    }),
  );
};

/** What the lane stands for is the mark, so that no position goes back; it must not move between the two. */
const movesTo = (
  { kept, name, store, sources, queueName: queue }: Lane,
  { stored, pending: { source } }: Rerouting,
  lines: ReadonlyArray<Line>,
): Observable<ReadonlyArray<Write<unknown>>> =>
  kept.read({ lanes: [name], catchUps: [] }).pipe(
    map(({ control, lanes: [found] }) => {
      const at = standing({ control: control.value, lane: name, found, sources: sources.length });
      const { steps } = messagesOf({
        ...{ store, queue, source, events: [stored], before: at, mark: textOf(at) },
        lines: [lines.flatMap((line) => broughtBy(control.value, name, line))],
        priorityOf: (target) => (control.value === undefined ? undefined : priorityOf(control.value, target)),
      });
      const checks = [kept.checkLane(name, found?.revision), kept.checkControl(control.revision)];
      return steps.length === 0 ? checks : [enqueueAll(store, steps), ...checks];
    }),
  );

/** Without the reactions for which a replay of the target brings it. */
const broughtBy = (control: Control | undefined, lane: string, line: Line): ReadonlyArray<Line> => {
  if (control === undefined || !replayedIn(control, lane).has(line.target)) return [line];
  const reactions = line.reactions.filter((name) => control.reactions[name]?.lane !== lane);
  return reactions.length === 0 ? [] : [{ ...line, reactions }];
};
