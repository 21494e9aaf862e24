/** What projections and read models do alike. */
import { defer, type Observable, Subject } from "rxjs";
import { type Effect, failingWith, fromOne } from "../../core/Effect.js";
import type { Position } from "../../core/Position.js";
import {
  type DecodeRefused,
  invalidConfig,
  type LogWentBack,
  type ReadError,
  type WaitTimedOut,
  type WriteError,
} from "../../core/SluiceError.js";
import type { EventStore } from "../../port/Store.js";
import type { Kept } from "./Checkpoints.js";
import { checkVersion, type Resolved } from "./definition.js";
import type { EventSource } from "./EventSource.js";
import { lagOf } from "./lag.js";
import type { Durable, WaitOptions } from "./Projection.js";
import { run } from "./run.js";
import type { Stage } from "./Stage.js";
import { waitFor } from "./waitFor.js";

interface Parts<T> {
  readonly store: EventStore;
  readonly resolved: Pick<Resolved<never, unknown>, "name" | "version">;
  readonly source: EventSource;
  readonly stage: Stage<T>;
}

/** `waitFor` emits what was stored then. */
interface DurableKept<T> extends Omit<Durable<unknown>, "waitFor"> {
  readonly waitFor: (
    position: Position | "end" | undefined,
    options: WaitOptions,
  ) => Effect<Kept<T>, ReadError | DecodeRefused | LogWentBack | WaitTimedOut>;
}

export const durableOf = <T>({ store, resolved, source, stage }: Parts<T>): DurableKept<T> => {
  /** A write of this object: a hint for those who wait in this process. */
  const written$ = new Subject<void>();
  const named = { name: resolved.name, version: resolved.version };
  const looking = { store, checkpoints: stage.checkpoints, written$ };
  const onWrite = (): void => written$.next();
  return {
    run: (options = {}) => run({ store, named, source, stage, onWrite }, options),
    waitFor: (position, options) =>
      failingWith<ReadError | DecodeRefused | LogWentBack | WaitTimedOut>()(waitFor(looking, position, options)),
    lag$: lagOf({ store, checkpoints: stage.checkpoints }),
    drop: (version) =>
      failingWith<WriteError | DecodeRefused>()(fromOne(defer(() => dropOther(stage, named, version)))),
  };
};

const dropOther = <T>(stage: Stage<T>, named: Parts<T>["resolved"], version: number): Observable<void> => {
  if (checkVersion(version) === named.version)
    throw invalidConfig(
      "version",
      `version ${version} is the one that this program reads, so it is not dropped. Drop it from a program of another version.`,
    );
  return stage.drop(version);
};
