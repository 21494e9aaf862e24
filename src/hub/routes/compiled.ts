/** What the hub does with routes: which of them take an event, with which settings and which key. */
import { isLeft } from "fp-ts/lib/Either.js";
import { brandOf, isMarked, mark } from "../../core/brand.js";
import { invalidConfig } from "../../core/SluiceError.js";
import { compileCondition, type Found, type Holds } from "./compileCondition.js";
import { compilePath, type JsonPath, shallow } from "./JsonPath.js";
import { orDefect } from "./orDefect.js";
import type { DispatchSettings, RetryDelay, Route, Routes, RoutesConfig } from "./Routes.js";
import { RoutesConfigCodec } from "./RoutesConfigCodec.js";

export type Settings = { readonly [K in keyof DispatchSettings]-?: NonNullable<DispatchSettings[K]> };

/** A dispatch to be. */
export interface Matched {
  readonly destination: string;
  /** Those of the route, else the defaults of the config, else those of the format. */
  readonly settings: Settings;
  /** What the route's key path finds, as a text. Of any length: whoever stores it shortens it. */
  readonly key: string | undefined;
}

export interface Compiled {
  /** For each route that takes the event one, in the order of the config. The payload is as its codec encoded it: plain JSON. */
  readonly match: (payload: unknown) => ReadonlyArray<Matched>;
}

const brand = brandOf("routes");
const compilations = new WeakMap<object, Compiled>();

/** Routes of a config that its codec has taken. */
export const routesOf = <D extends string>(config: RoutesConfig<D>): Routes<D> => {
  // The type's mark of checked destinations is a type alone; at run time the brand and the compilation stand for it.
  const routes = { config: frozen(config) } as unknown as Routes<D>;
  mark(routes, brand);
  Object.freeze(routes);
  compilations.set(routes, compile(config));
  return routes;
};

/** What `routesOf` has compiled; of routes of another copy of the library, compiled here. */
export const compiledOf = (routes: Routes): Compiled => {
  const known = compilations.get(routes);
  if (known !== undefined) return known;
  const config = isMarked(routes, brand) ? RoutesConfigCodec.decode(routes.config) : undefined;
  if (config === undefined || isLeft(config))
    throw invalidConfig("routes", "routes must be made by defineRoutes, or by parseRoutes of JSON.");
  const compiled = compile(config.right);
  compilations.set(routes, compiled);
  return compiled;
};

interface CompiledRoute {
  readonly holds: Holds;
  readonly destination: string;
  readonly settings: Settings;
  readonly key: ((payload: unknown) => string | undefined) | undefined;
}

const compile = (config: RoutesConfig<string>): Compiled => {
  const routes = config.routes.map((route) => compileRoute(config, route));
  return {
    match: (payload) => {
      const found = foundIn(payload);
      const matched: Array<Matched> = [];
      for (const { holds, destination, settings, key } of routes)
        if (holds(payload, found)) matched.push({ destination, settings, key: key?.(payload) });
      return matched;
    },
  };
};

const DEFAULT_RETRY_DELAY: RetryDelay = Object.freeze({ type: "constant", interval: 5 });

const compileRoute = (config: RoutesConfig<string>, route: Route<string>): CompiledRoute => ({
  holds: compileCondition(route.condition),
  destination: route.destination,
  settings: Object.freeze({
    delaySeconds: route.delaySeconds ?? config.defaultDelaySeconds ?? 0,
    maxRetries: route.maxRetries ?? config.defaultMaxRetries ?? 5,
    retryDelay: route.retryDelay ?? config.defaultRetryDelay ?? DEFAULT_RETRY_DELAY,
  }),
  key: route.key === undefined ? undefined : keyBy(orDefect(compilePath(route.key))),
});

const keyBy =
  ({ one }: JsonPath) =>
  (payload: unknown): string | undefined => {
    const value = one?.(payload);
    return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
      ? String(value)
      : undefined;
  };

const foundIn = (payload: unknown): Found => {
  let cut: { readonly payload: unknown } | undefined;
  const known = new Map<string, ReadonlyArray<unknown>>();
  return {
    of: (path) => {
      const before = known.get(path.source);
      if (before !== undefined) return before;
      cut ??= { payload: shallow(payload) };
      const values = path.all(cut.payload);
      known.set(path.source, values);
      return values;
    },
  };
};

/** Frozen in all its parts: what is compiled and what is stored stay the same. */
const frozen = <A>(value: A): A => {
  if (typeof value === "object" && value !== null) Object.values(Object.freeze(value)).forEach(frozen);
  return value;
};
