/** The store in Redis: durable as its server is, shared by processes. */

import { left, right } from "fp-ts/lib/Either.js";
import type { Cluster, Redis, RedisOptions } from "ioredis";
import { AsyncSubject, type Observable, type SchedulerLike } from "rxjs";
import { soon, systemScheduler } from "../../core/Clock.js";
import { type Effect, effect } from "../../core/Effect.js";
import { showing } from "../../core/inspecting.js";
import { newId } from "../../core/newId.js";
import { duration, type Options, wellFormedName, wholeNumber } from "../../core/options.js";
import { leaseLost, storeClosed } from "../../core/SluiceError.js";
import type { Step, WriteAnswer } from "../../core/Step.js";
import type { Capabilities } from "../../store/Capabilities.js";
import { type Kind, type Phase, takes } from "../../store/Phase.js";
import type { Store } from "../../store/Store.js";
import type { StoreEvent } from "../../store/StoreEvent.js";
import type { Logger } from "../../store/Warnings.js";
import { Answered } from "./Answered.js";
import { Asking } from "./Asking.js";
import { Burst, type Single, singleOf } from "./Burst.js";
import { type Call, type CallEnd, Connection } from "./Connection.js";
import { cloneClient, failsFast, type Template, templateOf } from "./clients.js";
import { Keys } from "./keys.js";
import { Lobby } from "./Lobby.js";
import { extendScript, leaveScript } from "./leaseScripts.js";
import {
  blockedScript,
  deadLettersScript,
  pauseScript,
  peekScript,
  purgeScript,
  redriveFromScript,
  redriveScript,
  statsScript,
  unblockScript,
} from "./operationScripts.js";
import { shortCallsOf } from "./parts.js";
import { BLOCK_MS_MAX } from "./Reader.js";
import { Replication } from "./Replication.js";
import { neededCommands, probeScript } from "./rights.js";
import { Slots } from "./Slots.js";
import { StoreEvents } from "./StoreEvents.js";
import type { Script } from "./script.js";
import { fenceOf } from "./token.js";
import { eachScript, partsOf, scriptFor, type WriteInput } from "./writes.js";

/** Options of a Redis store; all may be left out. */
export type RedisStoreOptions = Options<{
  /** What its keys begin with, and their hash tag: `{namespace}:…`. 1 to 128 letters, digits and `_ . : @ / -`. Default "sluice". */
  namespace: string;
  /** The clock and timers of everything above the store. Default `systemScheduler`. The store's own clock is the server's. */
  scheduler: SchedulerLike;
  /**
   * How long a call rides out a lost connection before it fails with `StoreUnavailable`. Milliseconds, default 10,000. While an
   * upload is under way, its own or one before it, up to four times as long.
   */
  commandMsMax: number;
  /** How many replicas must have a write before it is confirmed. Default 0. */
  waitReplicas: number;
  /**
   * How long to wait for these replicas; then the write fails with `StoreUnavailable`, to be run again. Milliseconds, default
   * 1,000; up to twice that where other writes wait before it. Nothing but writes waits for replicas.
   */
  waitReplicasMsMax: number;
  /** How many dead letters a queue keeps; the oldest above it are dropped, counted as purged. Default 100,000. */
  deadLettersMax: number;
  /** Told of outages, expired and poisonous messages and settlements that failed, of all its queues. Default: the process warns once of each kind. */
  logger: Logger;
  /** For tests: tells the scripts the time (whole milliseconds) instead of the server. */
  nowMs: () => number;
}>;

/** How many results of confirmed writes the server keeps. */
const ANSWERED_KEPT = 500;

/**
 * A store in Redis 7 or later, alone, with Sentinel or as a cluster: durable as its persistence is set, shared by all
 * processes that use the same namespace.
 *
 * A URL is all that most programs need; a cluster, Sentinel or options of the driver come as a client or its options. A
 * client is a template: the store opens connections of its own with the same options and leaves the given one alone. It
 * takes one connection for all calls, a small one for renewals and looks, and up to 14 on which its consumers wait, however
 * many they are; those stay open. With `waitReplicas` it takes one more. A client with `enableOfflineQueue: false` makes calls
 * fail at once while there is no connection.
 *
 * Errors: throws `InvalidConfig` for options out of range and for a URL that cannot be read; its password is never shown.
 * Calls fail with it where the server does not let the client in, or not into its database, or where its user may not run what
 * the store needs (the README lists it); they ride out a lost connection, and a server that takes no changes, for
 * `commandMsMax`, then fail with `StoreUnavailable`. No error or event has payloads or passwords. `StoreFull` under full memory, for enqueues only: what is written
 * along with a settlement passes.
 *
 * Delivery: at least once. With `appendfsync always` a confirmed write survives a crash of the server, with `everysec` all
 * but the last second. A failover to a replica may lose a confirmed write, unless `waitReplicas` covered it.
 *
 * Memory: what waits to be sent or answered, of which 8 MiB are under way at most. About 59 bytes a message on top of its
 * payload, in the server; it must not evict (`maxmemory-policy noeviction`),
 * `events$` warns otherwise.
 *
 * @param client a URL (`redis://user:password@host:6379/0`, `rediss://` for TLS), an ioredis client, a cluster, or the
 * options of a client
 *
 * @example
 * ```ts
 * // needs: redis
 * import * as t from "io-ts";
 * import { queue } from "sluice";
 * import { redisStore } from "sluice/redis";
 *
 * const store = redisStore(redisUrl, { namespace: "shop" });
 * const greetings = queue(store, { name: "greetings", codec: t.string });
 * await greetings.enqueue("hello");
 * const [message] = await greetings.receive({ max: 1 });
 * await message?.ack;
 * await store.close();
 * ```
 */
export const redisStore = (client: string | Redis | Cluster | RedisOptions, options: RedisStoreOptions = {}): Store =>
  showing(new RedisStore(client, options), "RedisStore", { namespace: options.namespace ?? "sluice" });

type WriteEnd = CallEnd<ReadonlyArray<WriteAnswer>>;

class RedisStore implements Store {
  readonly scheduler: SchedulerLike;
  readonly capabilities: Capabilities = { durable: true, shared: true, virtualTime: false };
  readonly logger: Logger | undefined;
  readonly events$: Observable<StoreEvent>;
  private readonly keys: Keys;
  /** Of all that users call, in order. */
  private readonly connection: Connection;
  /** Of renewals and looks, which carry no payloads and never wait behind some. */
  private readonly urgent: Connection;
  private readonly lobby: Lobby;
  private readonly burst: Burst<WriteEnd>;
  private readonly replication: Replication | undefined;
  private readonly replicated: Connection | undefined;
  private readonly slots = new Slots();
  private readonly events: StoreEvents;
  private readonly askings = new Set<Asking>();
  private readonly answered = new Answered(ANSWERED_KEPT);
  private readonly given: () => string;
  private readonly commandMsMax: number;
  private readonly deadLettersMax: number;
  private readonly replicas: { readonly count: number; readonly msMax: number };
  private readonly closed$ = new AsyncSubject<void>();
  private phase: Phase = "open";

  constructor(client: string | Redis | Cluster | RedisOptions, options: RedisStoreOptions) {
    const template = templateOf(client);
    const { scheduler = systemScheduler, nowMs } = options;
    const commandMsMax = wholeNumber("commandMsMax", options.commandMsMax ?? 10_000, { ...duration, min: 100 });
    this.scheduler = scheduler;
    this.commandMsMax = commandMsMax;
    this.keys = new Keys(wellFormedName("namespace", options.namespace ?? "sluice"));
    this.deadLettersMax = wholeNumber("deadLettersMax", options.deadLettersMax ?? 100_000, { min: 0, max: 10_000_000 });
    this.replicas = {
      count: wholeNumber("waitReplicas", options.waitReplicas ?? 0, { min: 0, max: 100 }),
      msMax: wholeNumber("waitReplicasMsMax", options.waitReplicasMsMax ?? 1_000, { ...duration, min: 1 }),
    };
    this.given = nowMs === undefined ? () => "" : () => Math.floor(nowMs()).toFixed(0);
    const silenceMs = Math.max(500, Math.min(5_000, commandMsMax / 2));
    const at = (place: Template, silenceMsMax: number) => ({
      client: cloneClient(place),
      scheduler,
      commandMsMax,
      silenceMsMax,
      failsFast: failsFast(template),
    });
    const main = at(template, silenceMs);
    this.logger = options.logger;
    this.events = new StoreEvents(main.client, options.logger);
    this.events$ = this.events.events$;
    const probe = { scratch: this.keys.scratch, commands: neededCommands(this.replicas.count > 0) };
    this.connection = new Connection({
      ...main,
      probe: { script: probeScript, input: probe },
      onUp: () => this.events.up(),
      onDown: (cause) => this.events.down(cause),
    });
    // By now there may be other nodes than those that the template names.
    const later = (silenceMsMax: number) => new Connection(at(main.client, silenceMsMax));
    this.urgent = later(silenceMs);
    const uid = newId().replaceAll("-", "");
    this.lobby = new Lobby({
      connection: this.urgent,
      connect: () => later(BLOCK_MS_MAX + silenceMs),
      endList: (serial) => this.keys.readEnd(`${uid}.${serial}`),
      scheduler,
      given: this.given,
    });
    this.burst = new Burst(
      (singles) => this.writeEach(singles),
      () => this.connection.beforeNext(() => this.burst.leave()),
    );
    if (this.replicas.count > 0) {
      this.replicated = later(silenceMs + this.replicas.msMax);
      this.replication = new Replication({ connection: this.replicated, scheduler, ...this.replicas });
    }
  }

  readonly write: Store["write"] = (lists, writeId) =>
    this.callingAs(lists, (end) => {
      if (lists.every((list) => list.length === 0)) {
        end.done(lists.map(() => right([])));
        return undefined;
      }
      const step = singleOf(lists);
      if (step !== undefined) this.burst.add({ step, writeId, end });
      else this.writeParts(partsOf(lists).flatMap(shortCallsOf), writeId, end);
      return undefined;
    });

  /** Each part is a write whose id follows from that of the whole: sent again, each answers as before. */
  private writeParts(parts: ReadonlyArray<ReadonlyArray<ReadonlyArray<Step>>>, writeId: string, end: WriteEnd): void {
    const [first] = parts;
    if (parts.length === 1 && first !== undefined) {
      this.writeLists(first, writeId, end);
      return;
    }
    const answers: Array<ReadonlyArray<WriteAnswer>> = [];
    let answered = 0;
    let failed = false;
    parts.forEach((lists, i) => {
      this.writeLists(lists, `${writeId}+${i}`, {
        done: (own) => {
          answers[i] = own;
          answered += 1;
          if (answered === parts.length && !failed) end.done(answers.flat());
        },
        failed: (cause) => {
          if (!failed) end.failed(cause);
          failed = true;
        },
      });
    });
  }

  private writeLists(lists: ReadonlyArray<ReadonlyArray<Step>>, writeId: string, end: WriteEnd): void {
    const result = this.keys.result(writeId);
    const input: WriteInput = {
      keys: this.keys,
      given: this.given(),
      lists,
      result,
      answered: this.answered.takeOld(),
      deadLettersMax: this.deadLettersMax,
    };
    const script = scriptFor(lists);
    const first = lists[0]?.[0];
    const queue = first?._tag === "Enqueue" ? this.keys.queue(first.queue) : undefined;
    this.confirming({ results: [result], queue, end }, (told) => this.connection.run(script, input, told));
  }

  private writeEach(singles: ReadonlyArray<Single<WriteEnd>>): void {
    const [first, ...rest] = singles;
    if (first === undefined) return;
    if (rest.length === 0) {
      this.writeLists([[first.step]], first.writeId, first.end);
      return;
    }
    const input = {
      keys: this.keys,
      given: this.given(),
      steps: singles.map(({ step }) => step),
      results: singles.map(({ writeId }) => this.keys.result(writeId)),
      answered: this.answered.takeOld(),
    };
    const each: WriteEnd = {
      done: (answers) => {
        for (let i = 0; i < singles.length; i++) singles[i]?.end.done(answers.slice(i, i + 1));
      },
      failed: (cause) => {
        for (const { end } of singles) end.failed(cause);
      },
    };
    const queue = this.keys.queue(first.step.queue);
    this.confirming({ results: input.results, queue, end: each }, (told) =>
      this.connection.run(eachScript, input, told),
    );
  }

  /** Sends a write and remembers its results once they were read; with `waitReplicas`, once replicas have them. */
  private confirming(
    {
      results,
      queue,
      end,
    }: { readonly results: ReadonlyArray<string>; readonly queue: string | undefined; readonly end: WriteEnd },
    send: (end: WriteEnd) => void,
  ): void {
    const { replication } = this;
    const done = (answers: ReadonlyArray<WriteAnswer>): void => {
      for (const result of results) this.answered.add(result);
      end.done(answers);
    };
    if (replication === undefined) {
      send({ done, failed: end.failed });
      return;
    }
    const untilMs = this.scheduler.now() + this.commandMsMax + this.replicas.msMax;
    const attempt = (): void =>
      send({
        done: (answers) =>
          replication.confirm({
            results,
            queue,
            untilMs,
            done: () => done(answers),
            failed: end.failed,
            again: attempt,
          }),
        failed: end.failed,
      });
    attempt();
  }

  readonly lease: Store["lease"] = (request) =>
    effect((asker) => {
      if (!takes(this.phase, "new")) {
        asker.error(storeClosed());
        return undefined;
      }
      const asking: Asking = new Asking(
        {
          connection: this.connection,
          urgent: this.urgent,
          lobby: this.lobby,
          slots: this.slots,
          scheduler: this.scheduler,
          given: this.given,
          deadLettersMax: this.deadLettersMax,
        },
        { ...request, key: this.keys.queue(request.queue) },
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
        return undefined;
      }
      const tokens = leases.map(({ token, id }) => fenceOf(token, id).token);
      // In time it need not wait behind payloads; late it must be done before the next lease, which ends what is past its end.
      return (late === true ? this.connection : this.urgent).run(
        extendScript,
        { queue: this.keys.queue(queue), given: this.given(), tokens, leaseMs, unbegun },
        {
          done: (live) =>
            end.done(leases.map(({ id }, i) => (live[i] === true ? right(undefined) : left(leaseLost(id))))),
          failed: end.failed,
        },
      );
    });

  readonly leave: Store["leave"] = ({ queue, consumer }) =>
    this.callingAs("goodbye", (end) =>
      this.connection.run(leaveScript, { queue: this.keys.queue(queue), owner: `=${consumer}` }, end),
    );

  readonly stats: Store["stats"] = (queue) => this.running(statsScript, () => this.on({ queue }));
  readonly peek: Store["peek"] = (request) => this.running(peekScript, () => this.on(request));
  readonly setPaused: Store["setPaused"] = (request, writeId) => this.changing(pauseScript, request, writeId);
  readonly blocked: Store["blocked"] = (request) => this.running(blockedScript, () => this.on(request));
  readonly deadLetters: Store["deadLetters"] = (request) => this.running(deadLettersScript, () => this.on(request));
  readonly redrive: Store["redrive"] = (request, writeId) => this.changing(redriveScript, request, writeId);
  readonly redriveFrom: Store["redriveFrom"] = (request, writeId) => this.changing(redriveFromScript, request, writeId);
  readonly purge: Store["purge"] = (request, writeId) => this.changing(purgeScript, request, writeId);
  readonly unblock: Store["unblock"] = (request, writeId) =>
    this.changing(unblockScript, { ...request, deadLettersMax: this.deadLettersMax }, writeId);

  readonly ready: Store["ready"] = () =>
    this.calling((end) =>
      this.connection.run(
        probeScript,
        { scratch: this.keys.scratch, commands: [] },
        { done: () => end.done(undefined), failed: end.failed },
      ),
    );

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
    this.lobby.stop();
    // Settlements of this turn leave at its end.
    await new Promise<void>((resolve) => soon(this.scheduler, resolve));
    const { connection, urgent, replicated, commandMsMax } = this;
    const [settled] = await Promise.all([
      connection.idle(commandMsMax),
      replicated?.idle(commandMsMax),
      urgent.idle(commandMsMax),
      this.lobby.idle(commandMsMax),
    ]);
    // What a blocking read brought at last is on its way back.
    if (settled) await connection.idle(BLOCK_MS_MAX);
    this.phase = "closed";
    this.lobby.close();
    this.urgent.close();
    this.connection.close();
    this.replicated?.close();
    this.events.complete();
  }

  private on<R extends { readonly queue: string }>(request: R): R & { readonly given: string } {
    return { ...request, queue: this.keys.queue(request.queue), given: this.given() };
  }

  private running<I, O>(script: Script<I, O>, input: () => I): Effect<O> {
    return this.calling((end) => this.connection.run(script, input(), end));
  }

  /** A call whose answer is kept: the same write id again answers the same. */
  private changing<R extends { readonly queue: string }, O>(
    script: Script<
      R & { readonly given: string; readonly result: string; readonly answered: ReadonlyArray<string> },
      O
    >,
    request: R,
    writeId: string,
  ): Effect<O> {
    return this.calling((end) => {
      const result = this.keys.result(writeId);
      const input = { ...this.on(request), result, answered: this.answered.takeOld() };
      return this.connection.run(script, input, this.remembering(result, end));
    });
  }

  /** Notes that the answer at this key was read. */
  private remembering<A>(result: string, end: CallEnd<A>): CallEnd<A> {
    return {
      done: (answer) => {
        this.answered.add(result);
        end.done(answer);
      },
      failed: end.failed,
    };
  }

  /** An Effect that makes one call at each subscription. What was sent goes on without its asker. */
  private calling<A>(call: (end: CallEnd<A>) => Call | undefined): Effect<A> {
    return this.callingAs("new", call);
  }

  private callingAs<A>(kind: Kind, call: (end: CallEnd<A>) => Call | undefined): Effect<A> {
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
