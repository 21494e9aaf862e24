/**
 * Messages whose follow-ups met a conflict: what their handler decided upon was changed meanwhile. That is nobody's fault, and the next
 * try most likely succeeds, so such a message goes back to its place and is handled anew at once, uncounted, some times in a row.
 */

import type { MessageId } from "../../core/MessageId.js";
import { type Outcome, Release } from "../../core/Outcome.js";
import type { SluiceError } from "../../core/SluiceError.js";

/** After so many in a row a conflict counts as any failure: somebody changes it all the time, or the write can never be done. */
const CONFLICTS_MAX = 10;
/** So many messages are known at most; the oldest is forgotten first, and begins anew. */
const KNOWN_MAX = 10_000;

export class Conflicts {
  private readonly counts = new Map<MessageId, number>();

  /** What becomes of a message whose follow-ups met this error; undefined where it counts as a failure. */
  outcomeOf(id: MessageId, error: SluiceError): Outcome | undefined {
    const count = (this.counts.get(id) ?? 0) + 1;
    this.counts.delete(id);
    if (!isConflict(error) || count > CONFLICTS_MAX) return undefined;
    this.counts.set(id, count);
    for (const oldest of this.counts.keys()) {
      if (this.counts.size <= KNOWN_MAX) break;
      this.counts.delete(oldest);
    }
    return Release({ reason: `${error._tag}: what the follow-ups build on was changed meanwhile` });
  }

  /** The message was settled: its next conflict is the first in a row. */
  settled(id: MessageId): void {
    if (this.counts.size > 0) this.counts.delete(id);
  }
}

const isConflict = ({ _tag }: SluiceError): boolean => _tag === "VersionConflict" || _tag === "RecordConflict";
