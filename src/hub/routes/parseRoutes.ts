import { type Either, isLeft, left, right } from "fp-ts/lib/Either.js";
import { invalidConfig } from "../../core/SluiceError.js";
import { routesOf } from "./compiled.js";
import type { Routes, RoutesConfig } from "./Routes.js";
import { RoutesConfigCodec, routesConfigCodec } from "./RoutesConfigCodec.js";
import { linesOf } from "./strict.js";

/**
 * Routes of JSON, from a file, an environment or another service; or all that is wrong with it, a line each, which begins with its path:
 * `routes[0].condition.match: …`. With `destinations`, a route to any other is wrong too.
 */
export const parseRoutes: {
  (json: unknown): Either<ReadonlyArray<string>, Routes>;
  <const D extends string>(json: unknown, destinations: ReadonlyArray<D>): Either<ReadonlyArray<string>, Routes<D>>;
} = (json: unknown, destinations?: ReadonlyArray<string>): Either<ReadonlyArray<string>, Routes<never>> => {
  if (destinations !== undefined && !isTexts(destinations))
    throw invalidConfig("destinations", "destinations must be an array of the names of destinations.");
  const decoded = (destinations === undefined ? RoutesConfigCodec : routesConfigCodec(destinations)).decode(json);
  // Which destinations they have is what the overloads say.
  return isLeft(decoded) ? left(linesOf(decoded.left)) : right(routesOf(decoded.right) as Routes<never>);
};

const isTexts = (given: unknown): boolean =>
  Array.isArray(given) && given.every((name: unknown) => typeof name === "string");

/**
 * Routes that are written in a program: their destinations are a type, so that a hub that lacks one of them does not compile. Throws
 * `InvalidConfig` with all that is wrong.
 */
export const defineRoutes = <const D extends string>(config: RoutesConfig<D>): Routes<D> => {
  const decoded = RoutesConfigCodec.decode(config);
  if (isLeft(decoded)) throw invalidConfig("routes", `The routes are refused. ${linesOf(decoded.left).join("; ")}`);
  return routesOf(decoded.right as RoutesConfig<D>);
};
