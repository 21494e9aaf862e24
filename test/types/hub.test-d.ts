/** What is inferred of hubs, and programs that must not compile. Checked by `npm run check:types`; nothing here runs. */
import type * as E from "fp-ts/lib/Either.js";
import * as TE from "fp-ts/lib/TaskEither.js";
import * as t from "io-ts";
import { of } from "rxjs";
import { atomically, type Write } from "sluice";
import {
  Complete,
  defineRoutes,
  type EmitError,
  type Handler,
  type Hub,
  type HubEventId,
  hub,
  Ignored,
  parseRoutes,
  type Routes,
} from "sluice/hub";
import type { Store } from "sluice/store";

declare const store: Store;
declare const free: Routes;
declare const json: unknown;

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const type = <A, B>(_equal: Equal<A, B>): void => undefined;

const Hook = t.type({ name: t.string });
const two = defineRoutes({
  routes: [
    { condition: { allOf: [] }, destination: "A" },
    { condition: { anyOf: [] }, destination: "B" },
  ],
});
type<typeof two, Routes<"A" | "B">>(true);
const parsed = parseRoutes(json, ["A", "B"]);
type<typeof parsed, E.Either<ReadonlyArray<string>, Routes<"A" | "B">>>(true);
const ok: Handler<unknown> = () => of(Complete);

const a = hub(store, {
  name: "a",
  codec: Hook,
  routes: two,
  destinations: { A: async ({ payload }) => (payload.name === "x" ? Ignored : Complete), B: ok },
});
type<typeof a, Hub<{ name: string }, "A" | "B">>(true);
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
type<typeof d, Hub<{ name: string }, string>>(true);

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
hub(store, { name: "x", codec: t.type({ other: t.string }), routes: free, destinations: { A: a } });
// @ts-expect-error JSON is parsed first
hub(store, { name: "x", routes: { routes: [] }, destinations: {} });
// @ts-expect-error nor is the Either a Routes
hub(store, { name: "x", routes: parseRoutes(json), destinations: {} });
// @ts-expect-error routes to a destination that this hub does not have
a.replaceRoutes(defineRoutes({ routes: [{ condition: { allOf: [] }, destination: "KYOTO" }] }));
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
// @ts-expect-error an event is no dispatch
a.retryDispatch("" as HubEventId);
// @ts-expect-error a read is no Write
atomically([a.markLost()]);
