/** Views of a store that spy on it, delay it or break it, call by call. */
import { type Observable, Subject, Subscription, tap } from "rxjs";
import { type Effect, effect } from "../../../src/core/Effect.js";
import type { Step } from "../../../src/core/steps/Step.js";
import type { ConsumerName, ExtendRequest, LeaseRequest } from "../../../src/port/Lease.js";
import type { Store } from "../../../src/port/Store.js";
import type { StoreEvent } from "../../../src/port/StoreEvent.js";
import type { Clock } from "./scene.js";

type Lists = ReadonlyArray<ReadonlyArray<Step>>;

/** Notes what is asked of a store. */
export class Spy {
  readonly leases: Array<LeaseRequest> = [];
  readonly writes: Array<{ readonly lists: Lists; readonly writeId: string }> = [];
  readonly extensions: Array<ExtendRequest> = [];
  readonly left: Array<ConsumerName> = [];
  /** Leases that are asked for and neither answered nor taken back. */
  reading = 0;
  readingMax = 0;

  /** Settle steps of a write, or of the latest one. */
  settles(index = this.writes.length - 1): ReadonlyArray<Step> {
    return this.writes[index]?.lists.flat() ?? [];
  }

  readonly view = (inner: Store): Store => ({
    ...inner,
    lease: (request) =>
      effect((asker) => {
        this.leases.push(request);
        this.reading += 1;
        this.readingMax = Math.max(this.readingMax, this.reading);
        let open = true;
        const end = (): void => {
          if (open) this.reading -= 1;
          open = false;
        };
        const asked = inner
          .lease(request)
          .pipe(tap({ next: end, error: end }))
          .subscribe(asker);
        asked.add(end);
        return asked;
      }),
    write: (lists, writeId) =>
      effect((asker) => {
        this.writes.push({ lists, writeId });
        return inner.write(lists, writeId).subscribe(asker);
      }),
    extend: (request) =>
      effect((asker) => {
        this.extensions.push(request);
        return inner.extend(request).subscribe(asker);
      }),
    leave: (consumer) =>
      effect((asker) => {
        this.left.push(consumer);
        return inner.leave(consumer).subscribe(asker);
      }),
  });
}

/** Answers of these calls travel for a while; the store has done them at once, in order, as over a wire. */
export const delayed =
  (calls: ReadonlyArray<"lease" | "write" | "extend" | "leave">, delayMs: number) =>
  (inner: Store, clock: Clock): Store => {
    const later = <A>(source: Observable<A>): Effect<A> =>
      effect((asker) => {
        const travelling = new Subscription();
        const travel = (work: () => void): void => {
          travelling.add(clock.schedule(work, delayMs));
        };
        travelling.add(
          source.subscribe({
            next: (value) =>
              travel(() => {
                asker.next(value);
                asker.complete();
              }),
            error: (error: unknown) => travel(() => asker.error(error)),
          }),
        );
        return travelling;
      });
    const slow = new Set<string>(calls);
    return {
      ...inner,
      lease: (request) => (slow.has("lease") ? later(inner.lease(request)) : inner.lease(request)),
      write: (lists, writeId) => (slow.has("write") ? later(inner.write(lists, writeId)) : inner.write(lists, writeId)),
      extend: (request) => (slow.has("extend") ? later(inner.extend(request)) : inner.extend(request)),
      leave: (consumer) => (slow.has("leave") ? later(inner.leave(consumer)) : inner.leave(consumer)),
    };
  };

/** Breaks calls with an error of the test's choice, until it is healed. */
export class Breaker {
  private readonly broken = new Map<string, () => unknown>();
  /** Breaks the writes that this holds of. */
  breaksWrite: (lists: Lists) => boolean = () => true;
  /** Whether the store does what it is asked, and only the answer is lost. */
  losesReplies = false;
  readonly events = new Subject<StoreEvent>();

  break(call: "lease" | "write" | "extend" | "leave", error: () => unknown): void {
    this.broken.set(call, error);
  }

  heal(): void {
    this.broken.clear();
  }

  readonly view = (inner: Store): Store => {
    const guarded = <A>(call: string, run: () => Effect<A>): Effect<A> =>
      effect((asker) => {
        const error = this.broken.get(call);
        if (error === undefined) return run().subscribe(asker);
        if (this.losesReplies) run().subscribe();
        asker.error(error());
        return undefined;
      });
    return {
      ...inner,
      events$: this.events,
      lease: (request) => guarded("lease", () => inner.lease(request)),
      write: (lists, writeId) =>
        this.breaksWrite(lists) ? guarded("write", () => inner.write(lists, writeId)) : inner.write(lists, writeId),
      extend: (request) => guarded("extend", () => inner.extend(request)),
      leave: (consumer) => guarded("leave", () => inner.leave(consumer)),
    };
  };
}
