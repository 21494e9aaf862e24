/** Read, change, write; and again where another was faster. */
import { isLeft } from "fp-ts/lib/Either.js";
import { catchError, defer, map, type Observable, of, switchMap, throwError } from "rxjs";
import { ask } from "../core/ask.js";
import { type Effect, failingWith, fromOne } from "../core/Effect.js";
import { optionsOf, wholeNumber } from "../core/options.js";
import type { Revision } from "../core/Revision.js";
import { type DecodeRefused, isSluiceError } from "../core/SluiceError.js";
import type { Write } from "../core/Write.js";
import type { ModifyOptions, Records, Stored, UpdateError } from "./Records.js";
import type { Places } from "./RecordsDefinition.js";
import { storedOf } from "./stored.js";

interface Modifying<A> {
  readonly id: string;
  readonly change: (value: A | undefined) => A | undefined;
  readonly options: ModifyOptions;
}

interface Update<A> {
  readonly write: Write<Revision, UpdateError>;
  readonly value: A;
}

export const modify = <A>(
  { get, update }: Pick<Records<A, Places>, "get" | "update">,
  { id, change, options }: Modifying<A>,
): Effect<Stored<A> | undefined, UpdateError | DecodeRefused> => {
  /** Updates that failed without an answer: the next run sends them again first, since they may have been done. */
  const unanswered: Array<Update<A>> = [];
  const send = (sent: Update<A>): Observable<Stored<A>> =>
    sent.write.pipe(
      map((revision) => storedOf(id, revision, sent.value)),
      catchError((error: unknown) => {
        if (isSluiceError(error) && error.retryable) unanswered.push(sent);
        return throwError(() => error);
      }),
    );
  const begin = (): Observable<Stored<A> | undefined> => {
    const sent = unanswered.pop();
    return sent === undefined ? readAndUpdate() : send(sent);
  };
  const readAndUpdate = (): Observable<Stored<A> | undefined> =>
    get(id).pipe(
      switchMap((found): Observable<Stored<A> | undefined> => {
        const changed = ask("change", () => change(found?.value));
        if (isLeft(changed)) return throwError(() => changed.left);
        const value = changed.right;
        if (value === undefined) return of(found);
        return send({ write: update(id, value, found?.revision), value });
      }),
    );
  const attempt = (left: number): Observable<Stored<A> | undefined> =>
    begin().pipe(
      catchError((error: unknown) =>
        left > 1 && isSluiceError(error) && error._tag === "RecordConflict"
          ? attempt(left - 1)
          : throwError(() => error),
      ),
    );
  return failingWith<UpdateError | DecodeRefused>()(
    fromOne(
      defer(() => {
        const { attemptsMax = 20 } = optionsOf(options, ["attemptsMax"]);
        return attempt(wholeNumber("attemptsMax", attemptsMax, { min: 1, max: 1_000 }));
      }),
    ),
  );
};
