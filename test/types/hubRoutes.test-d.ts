/** What is inferred of routes, and configs that must not compile. Checked by `npm run check:types`; nothing here runs. */
import type * as E from "fp-ts/lib/Either.js";
import { defineRoutes, parseRoutes, type Route, type Routes } from "sluice/hub";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
declare const type: <A, B>(equal: Equal<A, B>) => void;
declare const json: unknown;

const two = defineRoutes({
  routes: [
    { condition: { allOf: [] }, destination: "A" },
    { condition: { anyOf: [] }, destination: "B", delaySeconds: 0, maxRetries: undefined },
  ],
});
type<typeof two, Routes<"A" | "B">>(true);
const parsed = parseRoutes(json, ["A", "B"]);
type<typeof parsed, E.Either<ReadonlyArray<string>, Routes<"A" | "B">>>(true);
const free = parseRoutes(json);
type<typeof free, E.Either<ReadonlyArray<string>, Routes>>(true);
type<typeof two.config.routes, ReadonlyArray<Route<string>>>(true);

/** Routes of fewer destinations are routes of more. */
export const wider: Routes<"A" | "B" | "C"> = two;
// @ts-expect-error routes of more destinations are no routes of fewer
export const narrower: Routes<"A"> = two;
// @ts-expect-error JSON is parsed first
export const raw: Routes = { config: { routes: [] } };
// @ts-expect-error two comparisons at one path
defineRoutes({ routes: [{ condition: { path: "$.a", exact: 1, lte: "2" }, destination: "A" }] });
// @ts-expect-error no comparison
defineRoutes({ routes: [{ condition: { path: "$.a" }, destination: "A" }] });
// @ts-expect-error exists is only ever true: see not
defineRoutes({ routes: [{ condition: { path: "$.a", exists: false }, destination: "A" }] });
// @ts-expect-error the times of the data are seconds
defineRoutes({ routes: [{ condition: { allOf: [] }, destination: "A", delayMs: 5 }] });
// @ts-expect-error an exponential delay has a max
defineRoutes({ defaultRetryDelay: { type: "exponential", base: 1 }, routes: [] });
