/** Time that stands still until a test moves it. */
import { VirtualAction, VirtualTimeScheduler } from "rxjs";

/** A scheduler for one test: `now` begins at 0 and moves by `advance` alone, which runs what falls due on the way. */
export class VirtualClock extends VirtualTimeScheduler {
  constructor() {
    super(VirtualAction, 0);
  }

  /** Moves the time by this much (milliseconds), and lets promises have their turn before and after. */
  async advance(ms: number): Promise<void> {
    await turn();
    this.maxFrames = this.frame + ms;
    this.flush();
    this.frame = this.maxFrames;
    await turn();
  }

  /** How many actions are scheduled and not cancelled. */
  get pending(): number {
    return this.actions.filter((action) => !action.closed).length;
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
