/** How operators tell the source of their messages how many they want. RxJS itself has no way back to a source. */

/** How many messages one operator can have in hand at a time. */
export interface Demand {
  /** `Infinity` for as many as there may be. */
  readonly count: number;
  /** How many the operator can only use together: the size of a window. 1 where each message is of use by itself. */
  readonly portion: number;
}

/** What one source keeps of the demands of the operators behind it. */
export interface Demands {
  /** Says what this operator wants from now on. */
  readonly tell: (operator: object, demand: Demand) => void;
  /** This operator wants nothing any more. */
  readonly forget: (operator: object) => void;
}
