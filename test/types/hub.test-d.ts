/** What is inferred of routes and hubs, and programs that must not compile. Checked by `npm run check:types`; nothing here runs. */
import type * as E from "fp-ts/lib/Either.js";
import type { ReaderTaskEither } from "fp-ts/lib/ReaderTaskEither.js";
import * as TE from "fp-ts/lib/TaskEither.js";
import * as t from "io-ts";
import { of, timer } from "rxjs";
import { atomically, type Page, type ReadError, type SluiceError, type Write, type WriteError } from "sluice";
import {
  Complete,
  type DecodeRefused,
  type Dispatch,
  type DispatchId,
  type DispatchOngoing,
  defineRoutes,
  destination,
  type EmitError,
  type Handler,
  type Hub,
  type HubDefinition,
  type HubEvent,
  type HubEventId,
  type HubNotice,
  hub,
  Ignored,
  type NotFound,
  parseRoutes,
  type RecordConflict,
  type Routes,
  type StatusCounts,
} from "sluice/hub";
import { type HasStore, RH } from "sluice/reader";
import type { Store } from "sluice/store";
import { type CallsOf, type ExecutionTally, H } from "sluice/task";
import { auditOn, travelOn, type Webhook } from "../support/hubs.js";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
declare const type: <A, B>(equal: Equal<A, B>) => void;

declare const store: Store;
declare const free: Routes;
declare const json: unknown;
const audit = auditOn(store);
const travel = travelOn(store);
type<typeof audit, Hub<Webhook, "LOG">>(true);
type<typeof travel, Hub<unknown, "TOKYO" | "OKAYAMA" | "OKINAWA">>(true);

const Hook = t.type({ name: t.string });
type Hook = t.TypeOf<typeof Hook>;
const two = defineRoutes({
  routes: [
    { condition: { allOf: [] }, destination: "A" },
    { condition: { anyOf: [] }, destination: "B" },
  ],
});
type<typeof two, Routes<"A" | "B">>(true);
const parsed = parseRoutes(json, ["A", "B"]);
type<typeof parsed, E.Either<ReadonlyArray<string>, Routes<"A" | "B">>>(true);
const any = parseRoutes(json);
type<typeof any, E.Either<ReadonlyArray<string>, Routes>>(true);
const ok: Handler<unknown> = () => of(Complete);
const a = hub(store, {
  name: "a",
  codec: Hook,
  routes: two,
  destinations: { A: async ({ payload }) => (payload.name === "x" ? Ignored : Complete), B: destination(ok, {}) },
});
type<typeof a, Hub<Hook, "A" | "B">>(true);
const b = hub(store, { name: "b", routes: free, destinations: { ANY: ok } });
type<typeof b, Hub<unknown, string>>(true);
const c = a.emit([{ name: "x" }]);
type<typeof c, Write<ReadonlyArray<HubEventId>, EmitError>>(true);
const d = hub(store, {
  name: "d",
  codec: Hook,
  routes: free,
  destinations: { A: () => TE.right(Complete), B: () => of(Ignored), C: a },
});
type<typeof d, Hub<Hook, string>>(true);

// @ts-expect-error a destination is missing
hub(store, { name: "x", routes: two, destinations: { A: ok } });
// @ts-expect-error a destination that no route names
hub(store, { name: "x", routes: two, destinations: { A: ok, B: ok, C: ok } });
// @ts-expect-error a handler with another result
hub(store, { name: "x", routes: free, destinations: { A: async () => "done" } });
// @ts-expect-error a handler without a result
hub(store, { name: "x", routes: free, destinations: { A: async () => undefined } });
hub(store, {
  name: "x",
  codec: Hook,
  routes: free,
  // @ts-expect-error a field that the payload does not have
  destinations: { A: async ({ payload }) => (payload.title === "" ? Ignored : Complete) },
});
// @ts-expect-error a hub of other payloads
hub(store, { name: "x", codec: Hook, routes: free, destinations: { A: audit } });
// @ts-expect-error JSON is parsed first
hub(store, { name: "x", routes: { routes: [] }, destinations: {} });
// @ts-expect-error nor is the Either a Routes
hub(store, { name: "x", routes: parseRoutes(json), destinations: {} });
// @ts-expect-error two comparisons at one path
defineRoutes({ routes: [{ condition: { path: "$.a", exact: 1, lte: "2" }, destination: "A" }] });
// @ts-expect-error no comparison
defineRoutes({ routes: [{ condition: { path: "$.a" }, destination: "A" }] });
// @ts-expect-error exists is only ever true: see not
defineRoutes({ routes: [{ condition: { path: "$.a", exists: false }, destination: "A" }] });
// @ts-expect-error the data's times are seconds
defineRoutes({ routes: [{ condition: { allOf: [] }, destination: "A", delayMs: 5 }] });
// @ts-expect-error routes to a destination that this hub does not have
travel.replaceRoutes(defineRoutes({ routes: [{ condition: { allOf: [] }, destination: "KYOTO" }] }));
// @ts-expect-error another payload
a.emit([{ title: "x" }]);
// @ts-expect-error payloads come in lists, also one
a.emit({ name: "x" });
// @ts-expect-error no such destination
a.listDispatches({ destination: "C" });
// @ts-expect-error no such status
a.listDispatches({ status: "succeeded" });
// @ts-expect-error an id is made by the hub, or read by a codec
a.getEvent("0190");
a.emit([]).subscribe((ids) => {
  // @ts-expect-error an event is no dispatch
  for (const id of ids) a.retryDispatch(id);
});
a.events$.subscribe((notice) => {
  type<typeof notice, HubNotice>(true);
  if (notice._tag === "BreakerOpened") console.log(notice.destination, notice.untilMs, notice.error);
  if (notice._tag === "Lost") type<typeof notice.dispatch, Dispatch>(true);
  // @ts-expect-error what a hub tells has no payload
  console.log(notice.payload);
});
destination(ok, { ratePerSecondMax: 0.5, breakAfter: 3, breakMs: 0, concurrency: undefined, timeoutMs: 1 });
// @ts-expect-error no such option
destination(ok, { breakAfterFailures: 3 });
// @ts-expect-error a number
destination(ok, { ratePerSecondMax: "5" });
// @ts-expect-error a read is no Write
atomically([a.markLost()]);

// ── tasks and readers: no call is missing, and its types are those of the hub; run is a task of its own
type AnyHub = Hub<unknown, string>;
type<Exclude<CallsOf<AnyHub>, keyof typeof H>, never>(true);
type<Exclude<keyof typeof H, CallsOf<AnyHub>>, "run">(true);
type<Exclude<CallsOf<AnyHub>, keyof typeof RH>, never>(true);
type<Exclude<keyof typeof RH, CallsOf<AnyHub>>, "run">(true);
declare const eventId: HubEventId;
declare const dispatchId: DispatchId;
const emitted = H.emit(audit)([{ name: "push", payload: {} }]);
type<typeof emitted, TE.TaskEither<EmitError, ReadonlyArray<HubEventId>>>(true);
const event = H.getEvent(a)(eventId);
type<typeof event, TE.TaskEither<ReadError | DecodeRefused, HubEvent<Hook> | undefined>>(true);
const counted = H.counts(a)();
type<typeof counted, TE.TaskEither<ReadError | DecodeRefused, Readonly<Record<"A" | "B", StatusCounts>>>>(true);
const ran = H.run(a)({ stop$: timer(1), concurrency: 5 });
type<typeof ran, TE.TaskEither<SluiceError, ExecutionTally>>(true);
const definition: HubDefinition<Hook, "A" | "B"> = {
  name: "a",
  codec: Hook,
  routes: two,
  destinations: { A: ok, B: ok },
};
const lost = RH.markLost(definition)({ elapsedMs: 5 });
type<typeof lost, ReaderTaskEither<HasStore, WriteError | DecodeRefused, Page<Dispatch<"A" | "B">>>>(true);
const inferred = RH.retryDispatch({ name: "a", codec: Hook, routes: two, destinations: { A: ok, B: ok } })(dispatchId);
type<
  typeof inferred,
  ReaderTaskEither<
    HasStore,
    WriteError | NotFound | DispatchOngoing | RecordConflict | DecodeRefused,
    Dispatch<"A" | "B">
  >
>(true);
const ranOn = RH.run(definition)({ stop$: timer(1) });
type<typeof ranOn, ReaderTaskEither<HasStore, SluiceError, ExecutionTally>>(true);
// @ts-expect-error a run that is a task must end
H.run(a)({ concurrency: 5 });
// @ts-expect-error another payload
H.emit(a)([{ title: "x" }]);
// @ts-expect-error an event is no dispatch
H.getDispatch(a)(eventId);
// @ts-expect-error no such destination
RH.listDispatches(definition)({ destination: "C" });
// @ts-expect-error a destination is missing
RH.counts({ name: "a", routes: two, destinations: { A: ok } });
// @ts-expect-error a definition, not a hub
RH.counts(a);
// @ts-expect-error a hub, not its definition
H.counts(definition);
