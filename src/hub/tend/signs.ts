/**
 * Signs of life of handlers that take long. A dispatch that was delivered is not overdue, but what is on record says only when it was
 * expected; so the process that handles it says now and then that it is at it.
 */
import { defer, finalize, map, type Observable, of } from "rxjs";
import { idFrom } from "../../core/Sources.js";
import type { PutStep } from "../../core/steps/Put.js";
import type { Parts } from "../definition.js";
import type { Running } from "../Local.js";

/** More than that leave with the next round. */
const SIGNS_MAX = 1_000;
/** A dispatch is signed when so much of the time is over after which it counts as lost: one sign, or two, may go astray. */
const PART = 3;

interface Signing {
  readonly running: Running;
  readonly put: PutStep;
}

/** Those of all that run here for long. */
export const signs = (parts: Parts, elapsedMs: number): Observable<unknown> =>
  signsOf(parts, parts.local.running.values(), elapsedMs);

/** Those of these that are needed. */
export const signsOf = ({ store }: Parts, all: Iterable<Running>, elapsedMs: number): Observable<unknown> =>
  defer(() => {
    const nowMs = store.scheduler.now();
    const signing: Array<Signing> = [];
    for (const running of all) {
      const put = running.sign(nowMs, nowMs - elapsedMs / PART);
      if (put !== undefined) signing.push({ running, put });
      if (signing.length === SIGNS_MAX) break;
    }
    if (signing.length === 0) return of(undefined);
    let isOpen = true;
    const end = (isWritten: (i: number) => boolean): void => {
      if (!isOpen) return;
      isOpen = false;
      for (const [i, { running }] of signing.entries()) running.signed(isWritten(i));
    };
    return store
      .write(
        signing.map(({ put }) => [put]),
        idFrom(store),
      )
      .pipe(
        map((answers) => end((i) => answers[i]?._tag === "Right")),
        // Nobody knows whether it was written. If it was, the result is refused, and the dispatch is handled once more.
        finalize(() => end(() => false)),
      );
  });
