/** Routes of trips by what a traveller likes: two of them take the same events. */
import type { RoutesConfig } from "sluice/hub";

export const trips: RoutesConfig<string> = {
  defaultDelaySeconds: 99,
  defaultMaxRetries: 99,
  defaultRetryDelay: { type: "constant", interval: 7 },
  routes: [
    {
      condition: {
        allOf: [
          { path: "$.like", exact: "culture" },
          { path: "$.avoidUrban", exact: false },
        ],
      },
      destination: "TOKYO",
      delaySeconds: 11,
      maxRetries: 11,
    },
    { condition: { path: "$.like", exact: "culture" }, destination: "OKAYAMA", delaySeconds: 33, maxRetries: 33 },
    { condition: { path: "$.like", exact: "nature" }, destination: "HOKKAIDO", delaySeconds: 66, maxRetries: 66 },
    { condition: { path: "$.like", exact: "nature" }, destination: "OKINAWA" },
  ],
};
