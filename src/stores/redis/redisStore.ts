/** The store in Redis: as durable as its server, shared by processes. */

import { left, right } from "fp-ts/lib/Either.js";
import type { Cluster, Redis, RedisOptions } from "ioredis";
import { AsyncSubject, type Observable, type SchedulerLike } from "rxjs";
import { soon } from "../../core/Clock.js";
import { type Effect, effect } from "../../core/Effect.js";
import { showing } from "../../core/inspecting.js";
import { newId } from "../../core/newId.js";
import { leaseLost, storeClosed } from "../../core/SluiceError.js";
import type { Capabilities } from "../../port/Capabilities.js";
import { type Kind, type Phase, takes } from "../../port/Phase.js";
import type { Store } from "../../port/Store.js";
import type { StoreEvent } from "../../port/StoreEvent.js";
import type { Logger } from "../../port/Warnings.js";
import { BLOCK_MS_MAX } from "./connection/blocking.js";
import { type CallEnd, Connection } from "./connection/Connection.js";
import { cloneClient, failsFast, type Template, templateOf } from "./connection/clients.js";
import { Replication } from "./connection/Replication.js";
import { neededCommands, probeScript } from "./connection/rights.js";
import { StoreEvents } from "./connection/StoreEvents.js";
import { Feeds } from "./log/Feeds.js";
import { closeStreamScript, pruneStreamScript, readStreamScript, trimLogScript } from "./log/logScripts.js";
import { Asking } from "./queue/Asking.js";
import {
  blockedScript,
  deadLettersScript,
  headsScript,
  pauseScript,
  peekScript,
  purgeFollowersScript,
  purgeScript,
  redriveFromScript,
  redriveScript,
  statsScript,
  unblockScript,
} from "./queue/inspectScripts.js";
import { Lobby } from "./queue/Lobby.js";
import { extendScript, leaveScript } from "./queue/leaseScripts.js";
import { Slots } from "./queue/Slots.js";
import { fenceOf } from "./queue/token.js";
import { RecordReads } from "./records/RecordReads.js";
import { countRecordsScript, getRecordsScript, pageRecordsScript } from "./records/recordScripts.js";
import {
  type RedisStoreOptions,
  type ResolvedRedisStoreOptions,
  resolveRedisStoreOptions,
} from "./redisStoreOptions.js";
import { Keys } from "./scripts/keys.js";
import type { Script } from "./scripts/script.js";
import { type Change, Writer } from "./write/Writer.js";

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
 * Calls fail with `InvalidConfig` where the server does not let the client in, or not into its database, or where its user may
 * not run what the store needs (docs/guide/redis.md lists it). Calls ride out a lost connection, and a server that takes no
 * changes, for `commandMsMax`, then fail with `StoreUnavailable`. Under full memory enqueues fail with `StoreFull`; one that is
 * written along with a settlement passes. No error or event has payloads or passwords.
 *
 * Delivery: at least once. With `appendfsync always` a confirmed write survives a crash of the server, with `everysec` all
 * but the last second. A failover to a replica may lose a confirmed write, unless `waitReplicas` covered it.
 *
 * Memory: in the process, the calls that wait to be sent or answered, of which 8 MiB are under way at most. In the server, about
 * 59 bytes a message on top of its payload. The server must not evict (`maxmemory-policy noeviction`); `events$` warns otherwise.
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
export const redisStore = (client: string | Redis | Cluster | RedisOptions, options: RedisStoreOptions = {}): Store => {
  const resolved = resolveRedisStoreOptions(options);
  return showing(new RedisStore(client, resolved), "RedisStore", { namespace: resolved.namespace });
};

class RedisStore implements Store {
  readonly scheduler: SchedulerLike;
  readonly capabilities: Capabilities = {
    durable: true,
    shared: true,
    virtualTime: false,
    hints: true,
    settlesWhenFull: true,
    exactBytes: true,
  };
  readonly logger: Logger | undefined;
  readonly events$: Observable<StoreEvent>;
  private readonly keys: Keys;
  /** For all that users call, in order. */
  private readonly connection: Connection;
  /** For renewals and looks, which have no payloads and must not wait behind any. */
  private readonly urgent: Connection;
  private readonly lobby: Lobby;
  private readonly replicated: Connection | undefined;
  private readonly writer: Writer;
  private readonly slots = new Slots();
  private readonly events: StoreEvents;
  private readonly askings = new Set<Asking>();
  private readonly feeds: Feeds;
  private readonly given: () => string;
  private readonly commandMsMax: number;
  private readonly deadLettersMax: number;
  private readonly closed$ = new AsyncSubject<void>();
  private phase: Phase = "open";

  constructor(client: string | Redis | Cluster | RedisOptions, options: ResolvedRedisStoreOptions) {
    const template = templateOf(client);
    const { namespace, scheduler, commandMsMax, replicas, deadLettersMax, logger, given } = options;
    this.scheduler = scheduler;
    this.commandMsMax = commandMsMax;
    this.keys = new Keys(namespace);
    this.deadLettersMax = deadLettersMax;
    this.given = given;
    this.logger = logger;
    const silenceMs = Math.max(500, Math.min(5_000, commandMsMax / 2));
    const at = (place: Template, silenceMsMax: number) => ({
      client: cloneClient(place),
      scheduler,
      commandMsMax,
      silenceMsMax,
      failsFast: failsFast(template),
    });
    const main = at(template, silenceMs);
    this.events = new StoreEvents(main.client, logger);
    this.events$ = this.events.events$;
    const probe = { scratch: this.keys.scratch, commands: neededCommands(replicas.count > 0) };
    this.connection = new Connection({
      ...main,
      probe: { script: probeScript, input: probe },
      onUp: () => this.events.up(),
      onDown: (cause) => this.events.down(cause),
    });
    // A clone of `main.client`: when this is called, a cluster may have other nodes than those that the template names.
    const later = (silenceMsMax: number) => new Connection(at(main.client, silenceMsMax));
    this.urgent = later(silenceMs);
    const uid = newId().replaceAll("-", "");
    this.lobby = new Lobby({
      connection: this.urgent,
      connect: () => later(BLOCK_MS_MAX + silenceMs),
      endList: (serial) => this.keys.readEnd(`${uid}.${serial}`),
      scheduler,
      given,
    });
    this.feeds = new Feeds({
      connection: this.connection,
      connect: () => later(BLOCK_MS_MAX + silenceMs),
      scheduler,
      keys: this.keys,
      list: this.keys.feedList(uid),
    });
    this.replicated = replicas.count > 0 ? later(silenceMs + replicas.msMax) : undefined;
    this.writer = new Writer({
      connection: this.connection,
      scheduler,
      keys: this.keys,
      given,
      deadLettersMax,
      feeds: this.feeds,
      replication: this.replicated && new Replication({ connection: this.replicated, scheduler, ...replicas }),
      writeMsMax: commandMsMax + replicas.msMax,
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
        return;
      }
      const tokens = leases.map(({ token, id }) => fenceOf(token, id).token);
      // An extension in time need not wait behind payloads. A late one must come before the next lease, which would end its leases.
      (late === true ? this.connection : this.urgent).run(
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

  readonly heads: Store["heads"] = (request) => this.running(headsScript, () => this.on(request));
  readonly stats: Store["stats"] = (queue) => this.running(statsScript, () => this.on({ queue }));
  readonly peek: Store["peek"] = (request) => this.running(peekScript, () => this.on(request));
  readonly setPaused: Store["setPaused"] = (request, writeId) => this.changing(pauseScript, request, writeId);
  readonly blocked: Store["blocked"] = (request) => this.running(blockedScript, () => this.on(request));
  readonly deadLetters: Store["deadLetters"] = (request) => this.running(deadLettersScript, () => this.on(request));
  readonly redrive: Store["redrive"] = (request, writeId) => this.changing(redriveScript, request, writeId);
  readonly redriveFrom: Store["redriveFrom"] = (request, writeId) => this.changing(redriveFromScript, request, writeId);
  readonly purge: Store["purge"] = ({ followersOf, ...request }, writeId) =>
    followersOf === undefined
      ? this.changing(purgeScript, request, writeId)
      : this.changing(purgeFollowersScript, { ...request, followersOf }, writeId);
  readonly unblock: Store["unblock"] = (request, writeId) =>
    this.changing(unblockScript, { ...request, deadLettersMax: this.deadLettersMax }, writeId);

  private readonly recordReads = new RecordReads((request) => this.reading(getRecordsScript, request));
  readonly getRecords: Store["getRecords"] = (request) => this.recordReads.read(request);
  readonly countRecords: Store["countRecords"] = (request) => this.reading(countRecordsScript, request);
  readonly pageRecords: Store["pageRecords"] = (request) => this.reading(pageRecordsScript, request);

  readonly readStream: Store["readStream"] = (request) => this.reading(readStreamScript, request);
  readonly readFeed: Store["readFeed"] = (request) =>
    effect((asker) => {
      if (!takes(this.phase, "new")) {
        asker.error(storeClosed());
        return undefined;
      }
      return this.feeds.read(request, asker);
    });
  readonly pruneStream: Store["pruneStream"] = (request, writeId) =>
    this.changingLog(pruneStreamScript, request, writeId);
  readonly setClosed: Store["setClosed"] = (request, writeId) => this.changingLog(closeStreamScript, request, writeId);
  readonly trimLog: Store["trimLog"] = (request, writeId) => this.changingLog(trimLogScript, request, writeId);

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
    this.feeds.stop();
    // Settlements of this turn leave at the end of it.
    await new Promise<void>((resolve) => soon(this.scheduler, resolve));
    const { connection, urgent, replicated, commandMsMax } = this;
    const [settled] = await Promise.all([
      connection.idle(commandMsMax),
      replicated?.idle(commandMsMax),
      urgent.idle(commandMsMax),
      this.lobby.idle(commandMsMax),
      this.feeds.idle(commandMsMax),
    ]);
    // If a blocking read brought a message at last, the call that gives it back is on its way.
    if (settled) await connection.idle(BLOCK_MS_MAX);
    this.phase = "closed";
    this.lobby.close();
    this.feeds.close();
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

  private reading<R, O>(script: Script<{ readonly keys: Keys; readonly request: R }, O>, request: R): Effect<O> {
    return this.running(script, () => ({ keys: this.keys, request }));
  }

  /** A call whose answer the server keeps: the same write id again answers the same. */
  private changing<R extends { readonly queue: string }, O>(
    script: Script<R & { readonly given: string } & Change, O>,
    request: R,
    writeId: string,
  ): Effect<O> {
    return this.calling((end) => this.writer.change(script, { request: this.on(request), writeId }, end));
  }

  private changingLog<R, O>(
    script: Script<{ readonly keys: Keys; readonly request: R } & Change, O>,
    request: R,
    writeId: string,
  ): Effect<O> {
    return this.calling((end) => this.writer.change(script, { request: { keys: this.keys, request }, writeId }, end));
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
