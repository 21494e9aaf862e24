/** The Write that emits: events, their dispatches and the messages of these, in one list. */
import { createHash } from "node:crypto";
import { type Either, isLeft, left, right } from "fp-ts/lib/Either.js";
import { ENVELOPE_VERSION, encodePayload, parseJson } from "../codec/envelope.js";
import { KEY_BYTES_MAX } from "../codec/parts.js";
import { ask } from "../core/ask.js";
import { utf8Length } from "../core/bytes.js";
import { shown } from "../core/options.js";
import type { Plan } from "../core/Plan.js";
import { invalidConfig, type SluiceError } from "../core/SluiceError.js";
import { idFrom } from "../core/Sources.js";
import type { PutStep } from "../core/steps/Put.js";
import type { Step } from "../core/steps/Step.js";
import { Write } from "../core/Write.js";
import type { DispatchState } from "./Dispatch.js";
import type { Parts } from "./definition.js";
import type { EmitError } from "./Hub.js";
import type { DispatchId, HubEventId } from "./ids.js";
import { type Compiled, compiledOf, type Matched } from "./routes/compiled.js";

/** A Write that stores events and dispatches them, or does nothing of it. */
export const emit = (parts: Parts, payloads: ReadonlyArray<unknown>): Write<ReadonlyArray<HubEventId>, EmitError> =>
  new Write<ReadonlyArray<HubEventId>, EmitError>(() => planOf(parts, payloads), {
    target: parts.store,
    settles: false,
  });

const isList = (given: unknown): boolean => Array.isArray(given);

const planOf = (
  parts: Parts,
  payloads: ReadonlyArray<unknown>,
): Either<SluiceError, Plan<ReadonlyArray<HubEventId>>> => {
  if (!isList(payloads))
    throw invalidConfig("payloads", `payloads must be an array, also of one event, not ${shown(payloads)}.`);
  const { records, routes, local } = parts;
  const emitting = new Emitting(parts);
  for (const payload of payloads) {
    const refused = emitting.add(payload);
    if (refused !== undefined) return left(refused);
  }
  const { ids, steps, places } = emitting;
  if (ids.length === 0) return right({ steps: [], read: () => [] });
  const check = records.checkRoutes(local.held?.revision).plan();
  if (isLeft(check)) return check;
  return right({
    steps: [...check.right.steps, ...places.map(({ put }) => put), ...steps],
    read: () => ids,
    onEnd: (error) => {
      if (error !== undefined) return;
      local.hasLooked = true;
      for (const { destination } of places) local.destinations.set(destination, "on record");
    },
    // The routes were replaced: what was planned goes by those that are past.
    mend: (error) =>
      error._tag === "RecordConflict" && error.collection === records.collection ? routes.refresh() : undefined,
  });
};

interface PutOfDestination {
  readonly destination: string;
  readonly put: PutStep;
}

class Emitting {
  readonly ids: Array<HubEventId> = [];
  readonly steps: Array<Step> = [];
  /** The destinations that have no record yet, as far as this process knows. */
  readonly places: Array<PutOfDestination> = [];
  private readonly compiled: Compiled;
  private readonly nowMs: number;

  constructor(private readonly parts: Parts) {
    this.compiled = compiledOf(parts.routes.now);
    this.nowMs = parts.store.scheduler.now();
  }

  /** Adds what an event brings with it, or tells why it is refused. */
  add(data: unknown): SluiceError | undefined {
    const { codec, payloadBytesMax, ledger, store } = this.parts;
    const payload = encodePayload(codec, data, { bytesMax: payloadBytesMax, option: "payloadBytesMax" });
    if (isLeft(payload)) return payload.left;
    // As it is stored: what routes see and what handlers are given are one thing, whatever `toJSON` has answered.
    const matched = ask("routes", () => this.compiled.match(parseJson(payload.right.slice(ENVELOPE_VERSION.length))));
    if (isLeft(matched)) return matched.left;
    const id = idFrom(store) as HubEventId;
    const dispatches = matched.right.map((one) => this.dispatchOf(id, one));
    const dispatchIds = dispatches.map((dispatch) => dispatch.id);
    this.ids.push(id);
    this.steps.push(ledger.putEvent(id, { createdAtMs: this.nowMs, dispatchIds, payload: payload.right }));
    for (const dispatch of dispatches) {
      this.knows(dispatch.destination);
      this.steps.push(ledger.putDispatch(dispatch), ledger.enqueue(dispatch));
    }
    return undefined;
  }

  private dispatchOf(eventId: HubEventId, matched: Matched): DispatchState {
    return newDispatch({ id: idFrom(this.parts.store) as DispatchId, eventId, nowMs: this.nowMs }, matched);
  }

  private knows(destination: string): void {
    const { local, records } = this.parts;
    const known = local.destinations.get(destination);
    if (known === "on record" || this.places.some((one) => one.destination === destination)) return;
    const put = known ?? putOf(records.putDestination(destination));
    local.destinations.set(destination, put);
    this.places.push({ destination, put });
  }
}

const putOf = (write: Write<unknown>): PutStep => {
  const plan = write.plan();
  const [step] = isLeft(plan) ? [] : plan.right.steps;
  if (step?._tag === "Put") return step;
  throw isLeft(plan) ? plan.left : new TypeError("a put has one step");
};

/** Who makes a dispatch, and of what. */
export interface Making {
  readonly id: DispatchId;
  readonly eventId: HubEventId;
  readonly nowMs: number;
  readonly retryOf?: DispatchId | undefined;
}

/** A dispatch that nobody has delivered yet. */
export const newDispatch = (
  { id, eventId, nowMs, retryOf }: Making,
  { destination, settings, key }: Matched,
): DispatchState => ({
  id,
  eventId,
  destination,
  key: key === undefined ? undefined : keyOf(key),
  createdAtMs: nowMs,
  settings,
  status: "ongoing",
  executionCount: 0,
  executions: [],
  dueAtMs: nowMs + settings.delaySeconds * 1_000,
  waitSeconds: 0,
  resultedAtMs: undefined,
  retryOf,
});

/** A queue takes keys of 512 bytes: a longer one is told apart by its hash. */
const keyOf = (key: string): string =>
  utf8Length(key) <= KEY_BYTES_MAX ? key : `sha256:${createHash("sha256").update(key).digest("hex")}`;
