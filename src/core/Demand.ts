/** What operators want of the source of their messages, and where they tell it. RxJS has no way back for it. */

/** How many messages one operator can have in hand at a time. */
export interface Demand {
  /** `Infinity` for as many as there may be. */
  readonly count: number;
  /** They are of use in portions of so many: the size of a window. 1 where each is of use by itself. */
  readonly portion: number;
}

/** The ledger of one source: who wants how much. */
export interface Demands {
  /** Says what this operator wants; the latest word counts. */
  readonly tell: (operator: object, demand: Demand) => void;
  /** It wants nothing any more. */
  readonly forget: (operator: object) => void;
}
