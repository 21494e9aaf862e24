/** Programs of hubs as users write them: webhooks by routes that are JSON, emits with acks and other writes, tasks. Those on virtual time are in simulated. */
import * as E from "fp-ts/lib/Either.js";
import { pipe } from "fp-ts/lib/function.js";
import * as RTE from "fp-ts/lib/ReaderTaskEither.js";
import * as TE from "fp-ts/lib/TaskEither.js";
import * as t from "io-ts";
import { concatMap, groupBy, lastValueFrom, map, mergeMap, Subject, scan, skip, take, throwError } from "rxjs";
import { atomically, followUp, handle, queue, settle } from "sluice";
import { Complete, DispatchIdCodec, defineRoutes, type HubEvent, hub, nonRetryable, type Routes } from "sluice/hub";
import { RH } from "sluice/reader";
import { H } from "sluice/task";
import { describe, expect, it } from "vitest";
import { collect } from "../broker/scene.js";
import { eachStore } from "../stores/eachStore.js";
import { auditOn, travelOn, Webhook, webhooksOn } from "../support/hubs.js";
import { all, allTo, tell } from "./scene.js";

const routes = JSON.stringify({
  defaultRetryDelay: { type: "constant", interval: 0 },
  routes: [
    { condition: { path: "$.name", match: "^(push|ping)$" }, destination: "CHAT" },
    { condition: { path: "$.payload.issue", exists: true }, destination: "SEARCH", maxRetries: 1 },
    { condition: { allOf: [] }, destination: "AUDIT" },
  ],
});

describe.each(eachStore)("a hub of webhooks on %s", (_, open) => {
  it("tells a table of destinations and results, and what failed is dispatched once more", async () => {
    const store = open();
    const notified: Array<string> = [];
    let busy = 2;
    const webhooks = webhooksOn(store, routes, {
      notify: async (text) => void notified.push(text),
      index: () => (busy-- > 0 ? TE.left("busy") : TE.right(undefined)),
    });
    await webhooks.emit([
      { name: "push", payload: {} },
      { name: "ping", payload: {} },
      { name: "edited", payload: { issue: 7 } },
    ]);
    const table = webhooks.run({ concurrency: 50 }).pipe(
      // Three at AUDIT, two at CHAT, and the two attempts of SEARCH.
      take(7),
      groupBy(({ dispatch }) => dispatch.destination),
      mergeMap((by$) =>
        by$.pipe(
          scan(
            (counts: Readonly<Record<string, number>>, { result }) => ({
              ...counts,
              [result]: (counts[result] ?? 0) + 1,
            }),
            {},
          ),
          map((counts) => ({ [by$.key]: counts })),
        ),
      ),
      scan((whole, one) => ({ ...whole, ...one }), {}),
    );
    expect(await lastValueFrom(table)).toEqual({
      CHAT: { complete: 1, ignored: 1 },
      SEARCH: { failed: 2 },
      AUDIT: { complete: 3 },
    });
    expect(notified).toEqual(["push"]);
    const failed = await webhooks.listDispatches({ status: ["failed", "lost"], destination: "SEARCH", limit: 50 });
    expect(failed.items.map(({ executions }) => executions.map(({ error }) => error))).toEqual([["busy", "busy"]]);
    for (const { id, eventId } of failed.items) {
      expect((await webhooks.getEvent(eventId))?.payload.name).toBe("edited");
      await webhooks.retryDispatch(id, { maxRetries: 0, delaySeconds: 0 });
    }
    const again = collect(webhooks.run());
    expect((await again.until(1)).map(({ dispatch }) => tell(dispatch))).toEqual(["complete, 1 of 1: complete"]);
    again.stop();
    // The hub behind it has them too, by writes with the results.
    expect((await auditOn(store).counts()).LOG.ongoing).toBe(3);
  });

  it("refuses routes that go elsewhere, with their paths", () => {
    const elsewhere = { routes: [{ condition: { allOf: [] }, destination: "PARTNER" }] };
    const outside = { notify: async () => undefined, index: () => TE.right(undefined) };
    expect(() => webhooksOn(open(), JSON.stringify(elsewhere), outside)).toThrow(/routes\[0\]\.destination/);
  });
});

describe.each(eachStore)("an emit on %s", (_, open) => {
  it("is one write with an ack, and with other writes", async () => {
    const store = open();
    const travel = travelOn(store);
    const signups = queue(store, { name: "signups", codec: t.type({ user: t.string }) });
    const settled = signups.messages().pipe(
      handle(async (m) => m.data.user),
      followUp((user) => [travel.emit([{ like: "culture", user }])]),
      settle(),
      take(1),
    );
    await atomically([travel.emit([{ like: "nature" }]), signups.enqueue({ user: "u" })]);
    expect((await lastValueFrom(settled)).outcome._tag).toBe("Ack");
    const dispatches = await all(travel);
    expect(dispatches.map(({ destination, settings }) => [destination, settings.maxRetries])).toEqual([
      ["OKINAWA", 99],
      ["OKAYAMA", 33],
      ["OKINAWA", 99],
    ]);
    expect(dispatches.map(({ key }) => key)).toEqual(["nature", undefined, "culture"]);
  });

  it("goes by routes that were replaced, and is worked off until all is done", async () => {
    const store = open();
    const travel = travelOn(store);
    await travel.replaceRoutes(
      defineRoutes({ routes: [{ condition: { path: "$.like", match: "^cult" }, destination: "TOKYO" }] }),
    );
    const worked = travel.emit([{ like: "culture" }, { like: "cult films" }, { like: "nature" }]).pipe(
      concatMap(() => travel.run().pipe(take(2))),
      map(({ dispatch }) => tell(dispatch)),
    );
    expect(await lastValueFrom(worked)).toBe("complete, 1 of 1: complete");
    const { TOKYO, OKINAWA } = await travel.counts();
    expect([TOKYO.complete, TOKYO.lost, OKINAWA.ongoing]).toEqual([2, 0, 0]);
  });
});

const hook = (name: string): Webhook => ({ name, payload: {} });

/** A hub that says when its handler is called, what is bad for good and what is not. */
const hooks = () => {
  const called$ = new Subject<string>();
  const definition = {
    name: "tasks",
    codec: Webhook,
    routes: allTo("X", { maxRetries: 0 }),
    destinations: {
      X: ({ payload: { name } }: HubEvent<Webhook>) => {
        called$.next(name);
        return name === "bad" ? TE.left(nonRetryable("refused")) : TE.right(Complete);
      },
    },
  };
  /** Once that many handlers were called: what they have in hand is done all the same. */
  const stop = (calls: number) => ({ stop$: called$.pipe(skip(calls - 1)) });
  return { definition, stop };
};

describe.each(eachStore)("hubs as tasks on %s", (_, open) => {
  it("emit, run and tell, upon a hub and upon a definition", async () => {
    const store = open();
    const { definition, stop } = hooks();
    const tasks = hub(store, definition);
    const program = pipe(
      RH.emit(definition)([hook("good"), hook("bad")]),
      RTE.chainFirstW(() => RH.run(definition)(stop(2))),
      RTE.flatMap((ids) => RH.getEvent(definition)(ids[1]!)),
      RTE.map((event) => event?.payload.name),
    );
    expect(await program({ store })()).toMatchObject({ right: "bad" });
    const publish = (payload: Webhook) =>
      pipe(
        H.emit(tasks)([payload]),
        TE.map((ids) => ids.length),
        TE.mapLeft((error) => error._tag),
      );
    expect(await publish(hook("good"))()).toMatchObject({ right: 1 });
    expect(await publish({ name: "good" } as Webhook)()).toMatchObject({ left: "EncodeRefused" });
    expect(await H.run(tasks)(stop(1))()).toEqual(E.right({ complete: 1, ignored: 0, failed: 0, misconfigured: 0 }));
    const counts = await H.counts(tasks)()();
    expect(counts).toMatchObject({ right: { X: { complete: 2, failed: 1, ongoing: 0 } } });
    expect(await RH.counts(definition)()({ store })()).toEqual(counts);
    const page = await H.listEvents(tasks)({ order: "oldest first", limit: 2 })();
    expect(page).toMatchObject({ right: { items: [{ dispatches: [{ status: "complete" }] }, {}] } });
    expect(await RH.listEvents(definition)({ order: "oldest first", limit: 2 })({ store })()).toEqual(page);
  });

  it("repair what failed, mark what is lost, and replace routes", async () => {
    const store = open();
    const { definition, stop } = hooks();
    const tasks = hub(store, definition);
    await tasks.emit([hook("bad")]);
    await H.run(tasks)(stop(1))();
    const failed = await RH.listDispatches(definition)({ status: "failed" })({ store })();
    expect(failed).toMatchObject({ right: { items: [{ destination: "X", executionCount: 1 }] } });
    const { id } = E.getOrElseW(() => ({ items: [] }))(failed).items[0]!;
    const retried = await H.retryDispatch(tasks)(id, { delaySeconds: 60 })();
    expect(retried).toMatchObject({ right: { retryOf: id, settings: { delaySeconds: 60, maxRetries: 0 } } });
    const [, ongoing] = await all(tasks);
    expect(await RH.retryDispatch(definition)(ongoing!.id)({ store })()).toMatchObject({
      left: { _tag: "DispatchOngoing" },
    });
    expect(await H.getDispatch(tasks)(id)()).toMatchObject({ right: { status: "failed" } });
    expect(await RH.getDispatch(definition)(ongoing!.id)({ store })()).toMatchObject({ right: { status: "ongoing" } });

    expect(await RH.replaceRoutes(definition)(allTo("X", { maxRetries: 7 }))({ store })()).toMatchObject({
      _tag: "Right",
    });
    await H.emit(tasks)([hook("late")])();
    expect(await H.replaceRoutes(tasks)(undefined)()).toMatchObject({ _tag: "Right" });
    expect(await RH.markLost(definition)()({ store })()).toMatchObject({ right: { items: [] } });
    // More than 0 ms overdue is what came in an earlier millisecond. What waits for its delay is not.
    const marked = async () => E.getOrElseW(() => ({ items: [] }))(await H.markLost(tasks)({ elapsedMs: 0 })()).items;
    let lost = await marked();
    while (lost.length === 0) lost = await marked();
    expect(lost.map(({ status, settings }) => [status, settings.maxRetries])).toEqual([["lost", 7]]);
  });

  it("have what is refused on the left, where it is asked for", async () => {
    const store = open();
    const { definition, stop } = hooks();
    const tasks = hub(store, definition);
    const misnamed = await RH.counts({ ...definition, name: "" })()({ store })();
    expect(misnamed).toMatchObject({ left: { _tag: "InvalidConfig", option: "name" } });
    expect(await H.listEvents(tasks)({ limit: 0 })()).toMatchObject({ left: { _tag: "InvalidConfig" } });
    expect(await H.run(tasks)({ ...stop(1), concurrency: 0 })()).toMatchObject({ left: { option: "concurrency" } });
    expect(await H.run(tasks)({ stop$: throwError(() => new Error("no")) })()).toMatchObject({
      left: { _tag: "InvalidConfig", option: "stop$" },
    });
    const unknown = E.getOrElseW(() => undefined)(DispatchIdCodec.decode("01890000-0000-7000-8000-000000000000"));
    expect(await RH.retryDispatch(definition)(unknown!)({ store })()).toMatchObject({ left: { _tag: "NotFound" } });
    const elsewhere = H.replaceRoutes(hub(store, { ...definition, strict: true }))(
      allTo("Y") as unknown as Routes<"X">,
    );
    expect(await elsewhere()).toMatchObject({ left: { _tag: "InvalidConfig", option: "routes" } });
    expect(await H.counts(tasks)()()).toMatchObject({ right: { X: { ongoing: 0 } } });
  });
});
