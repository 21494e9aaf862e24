/**
 * Forgets lanes that are over: this program does not have them, no reaction stands in them (but retired ones), and nothing is pending or
 * dead-lettered there. A program that has such a lane all the same makes it anew.
 */
import { catchError, forkJoin, map, type Observable, of, switchMap } from "rxjs";
import { isSluiceError } from "../../core/SluiceError.js";
import { atomically } from "../../core/Write.js";
import type { Control } from "../Control.js";
import type { Lane } from "../Lane.js";
import { queueOf } from "../names.js";
import type { Agreed } from "./agree.js";
import { pendingOf } from "./Room.js";
import { lanesWithReactions } from "./replaying.js";

/** Emits whether it has changed what all agree upon, or another was faster. One lane of a program does it for all. */
export const forgetLanes = (lane: Lane, agreed: Agreed): Observable<boolean> => {
  const { control, moment, lanes } = agreed;
  const [first] = lane.all.lanes.keys();
  const over = first === lane.name ? lanesOver(lane, control) : [];
  if (over.length === 0) return of(false);
  const { store, broker, kept } = lane;
  return forkJoin(
    over.map((name) =>
      store
        .stats(queueOf(broker, name))
        .pipe(map((stats) => (pendingOf(stats) === 0 && stats.dead === 0 ? [name] : []))),
    ),
  ).pipe(
    switchMap((found) => {
      const empty = found.flat();
      if (empty.length === 0) return of(false);
      const writes = empty.flatMap((name) => [
        kept.checkLane(name, moment.lanes[lanes.indexOf(name)]?.revision),
        kept.removeLane(name),
      ]);
      const without = withoutLanes(control, empty, lane.name);
      return atomically([kept.putControl(without, moment.control.revision), ...writes]).pipe(map(() => true));
    }),
    catchError((error: unknown) => {
      if (isSluiceError(error) && error._tag === "RecordConflict") return of(true);
      throw error;
    }),
  );
};

const lanesOver = ({ all }: Lane, control: Control): ReadonlyArray<string> => {
  const used = new Set([...lanesWithReactions(control), ...control.catchUps.map(({ lane }) => lane)]);
  return Object.keys(control.lanes).filter((lane) => !all.lanes.has(lane) && !used.has(lane));
};

/** A retired reaction that comes back goes on where the lane stands by then to which it is given now. */
const withoutLanes = (control: Control, over: ReadonlyArray<string>, to: string): Control => ({
  ...control,
  lanes: Object.fromEntries(Object.entries(control.lanes).filter(([lane]) => !over.includes(lane))),
  reactions: Object.fromEntries(
    Object.entries(control.reactions).map(([name, there]) => [
      name,
      over.includes(there.lane) ? { ...there, lane: to } : there,
    ]),
  ),
});
