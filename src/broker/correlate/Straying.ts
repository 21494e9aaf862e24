/**
 * Reactions that this program has in a lane, and that stand in another one, which it does not have: a newer version has moved them there, and may
 * have been rolled back since. Where nobody attends that lane though the log grows, they are moved back. So an old program that was never
 * stopped goes on with them.
 */
import { map, type Observable } from "rxjs";
import type { Revision } from "../../core/Revision.js";
import type { Control } from "../Control.js";
import type { Lane } from "../Lane.js";
import { isBehind, padded, type Vector } from "../vector.js";
import { standing } from "./standing.js";
import { CONTROL_LOOK_MS } from "./waits.js";

/** A lane that stands still for so long, though the log grows, is attended by nobody: other processes of its program would have taken over. */
const ABANDONED_MS = 3 * CONTROL_LOOK_MS;

interface SeenLane {
  readonly revision: Revision | undefined;
  readonly sinceMs: number;
}

export class Straying {
  private readonly seen = new Map<string, SeenLane>();
  private dueAtMs = 0;

  constructor(private readonly lane: Lane) {}

  /** Whether there are some, and it is time to look. */
  isDue(control: Control): boolean {
    return this.lane.store.scheduler.now() >= this.dueAtMs && straysOf(this.lane, control).length > 0;
  }

  /** The names of those that nobody attends. The log has been looked at up to there. */
  look(control: Control, at: Vector): Observable<ReadonlyArray<string>> {
    const { kept, sources, store } = this.lane;
    const strays = straysOf(this.lane, control);
    const lanes = [...new Set(strays.map(({ lane }) => lane))];
    return kept.read({ lanes, catchUps: [] }).pipe(
      map((moment) => {
        const nowMs = store.scheduler.now();
        this.dueAtMs = nowMs + CONTROL_LOOK_MS;
        const abandoned = lanes.filter((lane, i) => {
          const found = moment.lanes[i];
          const there = standing({ control, lane, found, sources: sources.length });
          const hasGrown = padded(at, there.length).some(
            (position, source) => position !== undefined && isBehind(there, source, position),
          );
          return hasGrown && this.stillMs({ lane, revision: found?.revision, nowMs }) >= ABANDONED_MS;
        });
        return strays.flatMap(({ name, lane }) => (abandoned.includes(lane) ? [name] : []));
      }),
    );
  }

  /** For how long it has not moved, as far as this process has seen it. */
  private stillMs({ lane, revision, nowMs }: Looked): number {
    const known = this.seen.get(lane);
    if (known !== undefined && known.revision === revision) return nowMs - known.sinceMs;
    this.seen.set(lane, { revision, sinceMs: nowMs });
    return 0;
  }
}

interface Looked {
  readonly lane: string;
  readonly revision: Revision | undefined;
  readonly nowMs: number;
}

const straysOf = (
  { register, all }: Lane,
  control: Control,
): ReadonlyArray<{ readonly name: string; readonly lane: string }> =>
  register.reactions.flatMap(({ name, parts }) => {
    const there = control.reactions[name];
    if (there === undefined || there.retired || parts.target.is === "nowhere" || all.lanes.has(there.lane)) return [];
    return [{ name, lane: there.lane }];
  });
