/**
 * Writes of one short list each, of one burst. The first of a turn leaves at once, since where latency counts there is only one. The
 * others leave as calls with an answer for each write, since a call costs the server and this process several times what a message
 * or an event does. Each write has a result of its own under its own write id, so that each may be sent again by itself. The
 * gathered ones leave before any other call of the store, so calls take effect in the order in which they were made.
 */
import type { WriteAnswer } from "../../../core/steps/Step.js";
import type { Script } from "../scripts/script.js";
import type { Steps, WriteInput } from "./writeScript.js";

/** One write that consists of one list. */
export interface Single<E> {
  readonly list: Steps;
  readonly writeId: string;
  readonly end: E;
}

interface BurstInput extends Pick<WriteInput, "keys" | "given" | "answered"> {
  readonly lists: ReadonlyArray<Steps>;
  /** The key of each one's result. */
  readonly results: ReadonlyArray<string>;
}

/** Lists of one kind, which may leave together. */
export interface BurstKind {
  /** Whether a list is of this kind. */
  readonly fits: (list: Steps) => boolean;
  /** Whether a list of this kind may leave together with others of it, of which this is the first. */
  readonly joins: (list: Steps, first: Steps) => boolean;
  /**
   * Which share of a call a list takes, at most 1 where others shall join it: by its bytes and events, since no call may be long, and
   * by how many leave together, since the server works on one call while this process makes the next.
   */
  readonly share: (list: Steps) => number;
  readonly script: Script<BurstInput, ReadonlyArray<WriteAnswer>>;
  /** The queue from which such a list may hand a message over before it is booked; undefined where it never does. */
  readonly handsOver: (list: Steps) => string | undefined;
}

export class Burst<E> {
  private turn = false;
  private kind: BurstKind | undefined;
  private gathered: Array<Single<E>> = [];
  private ids = new Set<string>();
  /** How much of one call the gathered ones fill. */
  private filled = 0;

  constructor(
    private readonly send: (singles: ReadonlyArray<Single<E>>, kind: BurstKind) => void,
    /** Called when the first one begins to wait. */
    private readonly onWait: () => void,
  ) {}

  add(single: Single<E>, kind: BurstKind): void {
    if (!this.turn) {
      this.turn = true;
      process.nextTick(() => {
        this.turn = false;
        this.leave();
      });
      this.send([single], kind);
      return;
    }
    if (!this.takes(single, kind)) this.leave();
    if (this.gathered.length === 0) this.onWait();
    this.kind = kind;
    this.gathered.push(single);
    this.ids.add(single.writeId);
    this.filled += kind.share(single.list);
  }

  /** Sends what has gathered. */
  leave(): void {
    const { gathered, kind } = this;
    if (gathered.length === 0 || kind === undefined) return;
    this.gathered = [];
    this.ids = new Set();
    this.filled = 0;
    this.send(gathered, kind);
  }

  private takes({ list, writeId }: Single<E>, kind: BurstKind): boolean {
    const first = this.gathered[0]?.list;
    if (first === undefined) return true;
    if (kind !== this.kind || !kind.joins(list, first) || this.ids.has(writeId)) return false;
    return this.filled + kind.share(list) <= 1;
  }
}
