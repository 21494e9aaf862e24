/** `sluice/hub`: events go to destinations by routes that are data. */
export { defineRoutes, parseRoutes } from "../hub/routes/parseRoutes.js";
export type {
  Comparator,
  Condition,
  DispatchSettings,
  RetryDelay,
  Route,
  Routes,
  RoutesConfig,
} from "../hub/routes/Routes.js";
