/** The hub: what each destination does. */
import { from, mergeMap, type Observable, of, throwError, timer } from "rxjs";
import type { Store } from "sluice";
import { Complete, type DispatchAnswer, destination, type Handler, type Hub, hub, Ignored, webhook } from "sluice/hub";
import { failuresOf } from "./failures.js";
import { Hook } from "./Hook.js";
import { readRoutes } from "./routes.js";

export interface Setting {
  /** Where the partner's receiver listens. */
  readonly partnerUrl: string;
  readonly seed: string;
  readonly paceMs: number;
  /** Called when the partner has taken a webhook, and nothing is stored of that here. Default: nothing. */
  readonly onTaken?: () => Promise<void>;
}

/** The secret of both sides. A real one comes from the environment of each. */
export const partnerSecret = `whsec_${Buffer.from("an example needs no real secret").toString("base64")}`;

/** A process that dies is found out by its leases. */
const leaseMs = 1_000;

/** Takes its time, fails as often as the seed says, and then answers. */
const simulated =
  (name: string, { seed, paceMs }: Setting, answer: (hook: Hook) => DispatchAnswer): Handler<Hook> =>
  ({ payload }, { attempt }) =>
    timer(paceMs).pipe(
      mergeMap(() =>
        attempt <= failuresOf(seed, name, payload.delivery)
          ? throwError(() => new Error(`${name} is busy`))
          : of(answer(payload)),
      ),
    );

/** Posts to the partner. */
const partner = ({ partnerUrl, onTaken = async () => undefined }: Setting): ReturnType<typeof destination<Hook>> => {
  const posting = webhook<Hook>(partnerUrl, { secret: partnerSecret, privateAddresses: true, concurrency: 4 });
  const post: Handler<Hook> = (event, context): Observable<DispatchAnswer> =>
    from(posting.handler(event, context) as Observable<DispatchAnswer>).pipe(
      mergeMap((answer) => from(onTaken().then(() => answer))),
    );
  return destination(post, posting.options);
};

export const hooksHub = (store: Store, setting: Setting): Hub<Hook, string> =>
  hub(store, {
    name: "hooks",
    codec: Hook,
    leaseMs,
    routes: readRoutes(),
    destinations: {
      AUDIT: simulated("AUDIT", setting, () => Complete),
      CHAT: simulated("CHAT", setting, ({ payload }) => (payload["action"] === "edited" ? Ignored : Complete)),
      SEARCH: destination(
        simulated("SEARCH", setting, () => Complete),
        { concurrency: 8 },
      ),
      PARTNER: partner(setting),
    },
  });
