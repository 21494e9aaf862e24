/** What is inferred of webhooks and their receivers, and programs that must not compile. Checked by `npm run check:types`; nothing here runs. */
import type * as E from "fp-ts/lib/Either.js";
import * as t from "io-ts";
import type { Effect, Write, WriteError } from "sluice";
import {
  type Bound,
  Complete,
  defineRoutes,
  hub,
  type Received,
  type Refusal,
  type WebhookRequest,
  webhook,
  webhookReceiver,
} from "sluice/hub";
import type { RecordConflict, Records } from "sluice/records";
import type { Store } from "sluice/store";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
declare const type: <A, B>(equal: Equal<A, B>) => void;
declare const store: Store;
declare const request: WebhookRequest;
declare const enqueue: Write<string, WriteError>;
declare const seen: Records<string, Record<never, never>>;

const Hook = t.type({ name: t.string });
const routes = defineRoutes({
  routes: [
    { condition: { allOf: [] }, destination: "A" },
    { condition: { anyOf: [] }, destination: "B" },
  ],
});

const free = webhook("https://a.example");
type<typeof free, Bound<unknown>>(true);
/** An endpoint takes the payloads of any hub; one with a codec those of that. */
export const hooks = hub(store, {
  name: "hooks",
  codec: Hook,
  routes,
  destinations: { A: webhook("https://a.example", { secret: "s" }), B: async () => Complete },
});
export const encoded = webhook(new URL("https://a.example"), { codec: Hook });
type<typeof encoded, Bound<{ name: string }>>(true);
export const others = {
  // @ts-expect-error a codec of other payloads
  A: webhook("https://a.example", { codec: t.number }) satisfies Bound<{ name: string }>,
};
// @ts-expect-error the secret of a sender is one
webhook("https://a.example", { secret: ["a", "b"] });
// @ts-expect-error an option that there is not
webhook("https://a.example", { followRedirects: true });

const receiver = webhookReceiver(store, { name: "partner", codec: Hook, secrets: ["s"] });
const plain = receiver.accept(request, ({ name }) => (name === "" ? [] : [enqueue]));
type<typeof plain, Effect<E.Either<Refusal, Received>, WriteError>>(true);
/** What is written along adds its errors. */
const conflicting = receiver.accept(request, ({ name }) => [seen.insert(name, "")]);
export const errors: Effect<unknown, WriteError | RecordConflict> = conflicting;
// @ts-expect-error a conflict is no WriteError
export const fewer: Effect<unknown, WriteError> = conflicting;
// @ts-expect-error a field that the payload does not have
receiver.accept(request, (hook) => (hook.title === "" ? [] : [enqueue]));
// @ts-expect-error what was parsed is not what was signed
receiver.accept({ headers: {}, body: { name: "push" } }, () => []);
// @ts-expect-error a read is no Write
receiver.accept(request, () => [seen.get("a")]);
// @ts-expect-error a receiver needs secrets
webhookReceiver(store, { name: "partner", codec: Hook });
