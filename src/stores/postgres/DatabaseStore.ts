/** The store over a driver: which call goes which way, and what is put together for it. */

import { type Either, left, right } from "fp-ts/lib/Either.js";
import { AsyncSubject, type Observable, type SchedulerLike } from "rxjs";
import { soon } from "../../core/Clock.js";
import { type Effect, effect } from "../../core/Effect.js";
import { newId } from "../../core/newId.js";
import { type LeaseLost, leaseLost, storeClosed } from "../../core/SluiceError.js";
import type { Capabilities } from "../../port/Capabilities.js";
import type { Lease } from "../../port/Lease.js";
import { type Kind, type Phase, takes } from "../../port/Phase.js";
import type { Store } from "../../port/Store.js";
import type { StoreEvent } from "../../port/StoreEvent.js";
import type { Logger } from "../../port/Warnings.js";
import type { Called, CalledRows, Change } from "./connection/Called.js";
import { Calls } from "./connection/Calls.js";
import { type CallEnd, Connection } from "./connection/Connection.js";
import { BEHIND_A_POOLER, checkServer, MAY_NOT_VACUUM, type Server } from "./connection/checkServer.js";
import { Hints } from "./connection/Hints.js";
import { Housekeeping } from "./connection/Housekeeping.js";
import { Lane } from "./connection/Lane.js";
import { StoreEvents } from "./connection/StoreEvents.js";
import { wholeMs } from "./connection/whole.js";
import type { Driver } from "./drivers/Driver.js";
import { Feeds } from "./log/Feeds.js";
import { pruneStreamCall, readFeedCall, readStreamCall, setClosedCall, trimLogCall } from "./log/logCalls.js";
import { migrate } from "./migrations/migrate.js";
import type { ResolvedPostgresStoreOptions } from "./postgresStoreOptions.js";
import { Asking } from "./queue/Asking.js";
import { Fronts } from "./queue/Fronts.js";
import { givingBack } from "./queue/givingBack.js";
import {
  blockedCall,
  deadLettersCall,
  type FunctionOf,
  headsCall,
  pauseCall,
  peekCall,
  purgeCall,
  redriveCall,
  redriveFromCall,
  statsCall,
  unblockCall,
} from "./queue/inspectCalls.js";
import { fenceOf } from "./queue/token.js";
import { Waiting } from "./queue/Waiting.js";
import { RecordReads } from "./records/RecordReads.js";
import { countRecordsCall, pageRecordsCall } from "./records/recordCalls.js";
import type { PostgresStore } from "./within/Within.js";
import { withinOf } from "./within/withinOf.js";
import { Writer } from "./write/Writer.js";

const CAPABILITIES: Capabilities = {
  durable: true,
  shared: true,
  virtualTime: false,
  hints: true,
  settlesWhenFull: false,
  exactBytes: true,
};

export class DatabaseStore implements PostgresStore {
  readonly scheduler: SchedulerLike;
  readonly capabilities: Capabilities;
  readonly logger: Logger | undefined;
  readonly events$: Observable<StoreEvent>;
  readonly within: PostgresStore["within"];
  private readonly events: StoreEvents;
  private readonly connection: Connection;
  private readonly calls: Calls;
  /** All calls that have an order. */
  private readonly lane = new Lane();
  private readonly fronts: Fronts;
  private readonly recordReads: RecordReads;
  private readonly hints: Hints;
  private readonly waiting: Waiting;
  private readonly feeds: Feeds;
  private readonly writer: Writer;
  private readonly housekeeping: Housekeeping;
  private readonly askings = new Set<Asking>();
  private readonly closed$ = new AsyncSubject<void>();
  private server: Server = { channel: "", mayVacuum: false };
  private phase: Phase = "open";

  constructor(
    private readonly driver: Driver,
    private readonly options: ResolvedPostgresStoreOptions,
  ) {
    const { schema, scheduler, commandMsMax, deadLettersMax, given, logger, hints: listens } = options;
    this.scheduler = scheduler;
    this.capabilities = { ...CAPABILITIES, hints: listens !== false };
    this.logger = logger;
    this.events = new StoreEvents(logger);
    this.events$ = this.events.events$;
    this.connection = new Connection({
      driver,
      schema,
      scheduler,
      commandMsMax,
      prepare: () => this.prepare(),
      onUp: () => this.events.up(),
      onDown: (cause) => this.events.down(cause),
    });
    this.calls = new Calls(this.connection, this.lane);
    this.recordReads = new RecordReads(this.calls, given);
    this.fronts = new Fronts(() => given() ?? scheduler.now());
    this.hints = new Hints({
      driver,
      connection: this.connection,
      schema,
      listens,
      onPooled: () => this.events.warn(BEHIND_A_POOLER),
      channel: () => Promise.resolve(this.server.channel),
      onHint: (number) => this.waiting.hinted(number),
      onAppended: () => this.feeds.hinted(),
      onWoken: (queue) => this.waiting.wake(queue),
      onLost: () => {
        this.waiting.lost();
        this.feeds.lost();
      },
    });
    this.feeds = new Feeds({
      scheduler,
      read: (request) => this.rowsOf(readFeedCall(request)),
      hints: this.hints,
    });
    this.waiting = new Waiting(this.hints, scheduler);
    this.housekeeping = new Housekeeping({
      driver,
      connection: this.connection,
      schema,
      scheduler,
      given,
      mayVacuum: () => this.server.mayVacuum,
    });
    const { connection, lane, hints } = this;
    const onChanged = (count: number): void => this.housekeeping.changed(count);
    const writes = { connection, given, deadLettersMax, onChanged };
    this.writer = new Writer({
      ...{ ...writes, lane },
      onWoken: (queues) => hints.tell(queues),
      onReturned: (queues) => this.fronts.drop(queues),
      onAppended: () => hints.tellAppended(),
    });
    this.within = withinOf({
      ...{ ...writes, target: this, driver, schema, hints },
      isOpen: () => takes(this.phase, "new"),
    });
  }

  readonly write: Store["write"] = (lists, writeId) =>
    this.callingAs(lists, (end) => this.writer.write(lists, writeId, end));

  readonly lease: Store["lease"] = (request) =>
    effect((asker) => {
      if (!takes(this.phase, "new")) {
        asker.error(storeClosed());
        return undefined;
      }
      const { connection, lane, fronts, waiting, scheduler } = this;
      const { given, deadLettersMax } = this.options;
      const giveBack = (queue: string, leases: ReadonlyArray<Lease>): void => this.giveBack(queue, leases);
      const asking: Asking = new Asking(
        { connection, lane, fronts, waiting, scheduler, given, deadLettersMax, giveBack },
        request,
        {
          got: (leases) => {
            this.askings.delete(asking);
            asker.next(leases);
            asker.complete();
          },
          failed: (cause) => {
            this.askings.delete(asking);
            asker.error(cause);
          },
        },
      );
      this.askings.add(asking);
      asking.start();
      return () => {
        this.askings.delete(asking);
        asking.takeBack();
      };
    });

  readonly extend: Store["extend"] = ({ queue, leases, leaseMs, unbegun = 0, late }) =>
    this.calling((end) => {
      if (leases.length === 0) {
        end.done([]);
        return;
      }
      const named = leases.map(({ id, token }) => {
        const { seq, lease } = fenceOf(token, id);
        return [seq, lease];
      });
      const text = JSON.stringify({
        now: this.options.given(),
        queue,
        leaseMs: wholeMs(leaseMs),
        unbegun,
        leases: named,
      });
      // An extension in time need not wait behind payloads. A late one must come before the next lease, which would end its leases.
      const way = late === true ? "lane" : { renewalsOf: queue };
      const read = (live: string): ReadonlyArray<Either<LeaseLost, void>> =>
        leases.map(({ id }, i) => (live[i] === "1" ? right(undefined) : left(leaseLost(id))));
      this.calls.run({ way, name: "extend_1", text, read }, end);
    });

  readonly leave: Store["leave"] = ({ queue, consumer }) =>
    this.callingAs("goodbye", (end) => {
      const read = (): void => this.hints.tell([queue]);
      this.calls.run({ way: "lane", name: "leave_1", text: JSON.stringify({ queue, consumer }), read }, end);
    });

  readonly heads: Store["heads"] = (request) => this.looking(headsCall, request);
  readonly stats: Store["stats"] = (queue) => this.looking(statsCall, { queue });
  readonly peek: Store["peek"] = (request) => this.looking(peekCall, request);
  readonly blocked: Store["blocked"] = (request) => this.looking(blockedCall, request);
  readonly deadLetters: Store["deadLetters"] = (request) => this.looking(deadLettersCall, request);
  readonly setPaused: Store["setPaused"] = (request, writeId) => this.changing(pauseCall, request, writeId);
  readonly unblock: Store["unblock"] = (request, writeId) => this.changing(unblockCall, request, writeId);
  readonly redrive: Store["redrive"] = (request, writeId) => this.changing(redriveCall, request, writeId);
  readonly redriveFrom: Store["redriveFrom"] = (request, writeId) => this.changing(redriveFromCall, request, writeId);
  readonly purge: Store["purge"] = (request, writeId) => this.changing(purgeCall, request, writeId);

  readonly getRecords: Store["getRecords"] = (names) =>
    this.calling((end) => (names.length === 0 ? end.done([]) : this.recordReads.get(names, end)));
  readonly countRecords: Store["countRecords"] = (request) => this.asking(() => countRecordsCall(request));
  readonly pageRecords: Store["pageRecords"] = (request) => this.asking(() => pageRecordsCall(request));

  readonly readStream: Store["readStream"] = (request) => this.asking(() => readStreamCall(request));
  readonly readFeed: Store["readFeed"] = (request) =>
    effect((asker) => {
      if (!takes(this.phase, "new")) {
        asker.error(storeClosed());
        return undefined;
      }
      return this.feeds.read(request, asker);
    });
  readonly pruneStream: Store["pruneStream"] = (request, writeId) =>
    this.asking(() => pruneStreamCall(request, this.change(writeId)), "lane");
  readonly setClosed: Store["setClosed"] = (request, writeId) =>
    this.asking(() => setClosedCall(request, this.change(writeId)), "lane");
  readonly trimLog: Store["trimLog"] = (request, writeId) =>
    this.asking(() => trimLogCall(request, this.change(writeId)), "lane");

  readonly ready: Store["ready"] = () =>
    this.calling((end) => this.calls.run({ way: "lane", name: "connect_1", text: "", read: () => undefined }, end));

  readonly close: Store["close"] = () =>
    effect((asker) => {
      if (this.phase === "open") {
        this.phase = "closing";
        this.shut().then(
          () => {
            this.closed$.next();
            this.closed$.complete();
          },
          (cause: unknown) => this.closed$.error(cause),
        );
      }
      return this.closed$.subscribe(asker);
    });

  private async shut(): Promise<void> {
    for (const asking of [...this.askings]) asking.stop();
    this.feeds.stop();
    // Settlements of this turn leave at the end of it.
    await new Promise<void>((resolve) => soon(this.scheduler, resolve));
    await this.calls.idle(this.scheduler, this.options.commandMsMax, this.feeds.idle());
    // What was given back meanwhile.
    await this.lane.idle();
    await this.housekeeping.stop();
    this.phase = "closed";
    this.waiting.close();
    this.hints.close();
    this.connection.close();
    await this.driver.close();
    this.events.complete();
  }

  /** What must be done before the first call: the schema, and a look at the server. */
  private async prepare(): Promise<void> {
    const { schema, migrate: mode } = this.options;
    await migrate(this.driver, schema, mode);
    this.server = await checkServer(this.driver, schema);
    if (!this.server.mayVacuum) this.events.warn(MAY_NOT_VACUUM);
  }

  /** Gives messages back that were leased for somebody who is gone. */
  private giveBack(queue: string, leases: ReadonlyArray<Lease>): void {
    this.writer.write([givingBack(queue, leases)], newId(), { done: () => undefined, failed: () => undefined });
  }

  private looking<R extends { readonly queue: string }, A>(of: FunctionOf<R, A>, request: R): Effect<A> {
    return this.calling((end) => {
      const text = JSON.stringify({ now: this.options.given(), queue: request.queue, ...of.encode(request) });
      this.calls.run({ way: "any", name: of.name, text, read: (reply) => of.decode(reply, request) }, end);
    });
  }

  /** A call whose answer the server keeps: the same write id again answers the same. */
  private changing<R extends { readonly queue: string }, A>(
    of: FunctionOf<R, A>,
    request: R,
    writeId: string,
  ): Effect<A> {
    const { given, deadLettersMax } = this.options;
    const { queue } = request;
    return this.calling((end) => {
      const facts = { now: given(), lettersMax: deadLettersMax, queue, write: writeId };
      const read = (reply: string): A => {
        this.fronts.drop([queue]);
        this.hints.tell([queue]);
        return of.decode(reply, request);
      };
      const text = JSON.stringify({ ...facts, ...of.encode(request) });
      this.calls.run({ way: "lane", name: of.name, text, read }, end);
    });
  }

  /** Makes a call of the log or the records at each subscription. */
  private asking<A>(called: () => Called<A>, way: "lane" | "any" = "any"): Effect<A> {
    return this.calling((end) => {
      const { name, request, read } = called();
      this.calls.run({ way, name, text: JSON.stringify(request), read }, end);
    });
  }

  private async rowsOf<A>({ name, request, read }: CalledRows<A>): Promise<A> {
    return read(await this.connection.rows("any", name, () => JSON.stringify(request)));
  }

  private change(writeId: string): Change {
    return { writeId, given: this.options.given() };
  }

  /** An Effect that makes one call at each subscription. A call that was sent goes on when its subscriber leaves. */
  private calling<A>(call: (end: CallEnd<A>) => void): Effect<A> {
    return this.callingAs("new", call);
  }

  private callingAs<A>(kind: Kind, call: (end: CallEnd<A>) => void): Effect<A> {
    return effect((asker) => {
      if (!takes(this.phase, kind)) {
        asker.error(storeClosed());
        return;
      }
      call({
        done: (value) => {
          asker.next(value);
          asker.complete();
        },
        failed: (cause) => asker.error(cause),
      });
    });
  }
}
