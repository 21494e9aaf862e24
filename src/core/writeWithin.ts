/** A Write as a part of what its user commits, or rolls back. */
import { isLeft, right } from "fp-ts/lib/Either.js";
import type { InvalidConfig, SluiceError } from "./SluiceError.js";
import { Write } from "./Write.js";
import type { WriteTarget } from "./WriteTarget.js";

/**
 * The same Write, its steps done by this target. Nothing that remembers what was written is told of it, since only the commit decides; a
 * settlement alone is, so that its consumer lets go of the message.
 *
 * `mends`: whether what mends a refused plan can read the store before that commit.
 */
export const writeWithin = <A, E extends SluiceError>(
  write: Write<A, E>,
  { target, mends }: { readonly target: WriteTarget; readonly mends: boolean },
): Write<A, E | InvalidConfig> =>
  new Write(
    () => {
      const planned = write.plan("within");
      if (isLeft(planned)) return planned;
      const plan = planned.right;
      return right({
        ...plan,
        onStart: undefined,
        onEnd: (error, results) => {
          if (error === undefined) plan.onWithin?.(results);
        },
        mend: mends ? plan.mend : undefined,
      });
    },
    { target, settles: write.options.settles },
  );
