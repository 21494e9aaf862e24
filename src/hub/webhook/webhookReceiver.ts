/** Takes webhooks, each once: what follows from one is one write with its key. */
import { type Either, isLeft, right } from "fp-ts/lib/Either.js";
import * as t from "io-ts";
import { checkBytesMax, checkCodec } from "../../codec/definition.js";
import { foldEffect, suspend } from "../../core/andThen.js";
import { ask } from "../../core/ask.js";
import { timeOfDay } from "../../core/Clock.js";
import { type Effect, fail, failingWith, succeed } from "../../core/Effect.js";
import { showing } from "../../core/inspecting.js";
import { duration, optionsOf, wellFormedName, wholeNumber } from "../../core/options.js";
import { invalidConfig } from "../../core/SluiceError.js";
import { atomically, type Write } from "../../core/Write.js";
import type { RecordsStore } from "../../port/Store.js";
import { records } from "../../records/makeRecords.js";
import type { Received, ReceiverDefinition, Refusal, WebhookReceiver } from "./Receiver.js";
import { signerOf } from "./signature.js";
import { type Checks, verify } from "./verify.js";

const NAMES = ["name", "codec", "secrets", "ageMsMax", "keepMs", "bodyBytesMax"] as const;
const NAME_LENGTH_MAX = 64;
const SECRETS_MAX = 10;
const AGE_MS_MAX = 300_000;
const KEEP_MS = 7 * 24 * 60 * 60 * 1_000;
/** A request is judged by its age before its write has reached the store. For so long the write may be under way. Milliseconds. */
const WRITE_MS_MAX = 60_000;

/**
 * The other end of a webhook, of this library's or of any sender that signs as "Standard Webhooks" has it: checks signature (in constant
 * time, by each of several secrets), age and payload, and takes each key once. What `followUp` writes is one write with the key, so it is
 * there exactly once, however often and wherever a request comes in at once.
 *
 * Errors: throws `InvalidConfig` for a definition out of its limits. Refusals are values with the status to answer; none shows what came.
 *
 * Memory: one body at a time. In the store a record for each key, for `keepMs`.
 *
 * @param store where the keys are, and what is written along
 * @param definition its name, codec, secrets and limits
 *
 * @example
 * ```ts
 * import * as E from "fp-ts/lib/Either.js";
 * import * as t from "io-ts";
 * import { queue } from "sluice";
 * import { type WebhookRequest, webhookReceiver } from "sluice/hub";
 * import { memoryStore } from "sluice/memory";
 *
 * const store = memoryStore();
 * const Hook = t.type({ name: t.string });
 * const inbox = queue(store, { name: "inbox", codec: Hook });
 * const partner = webhookReceiver(store, {
 *   name: "partner",
 *   codec: Hook,
 *   secrets: ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
 * });
 * export const statusOf = async (request: WebhookRequest): Promise<number> => {
 *   const received = await partner.accept(request, (hook) => [inbox.enqueue(hook)]);
 *   return E.isLeft(received) ? received.left.status : 202;
 * };
 * ```
 */
export const webhookReceiver = <A>(store: RecordsStore, definition: ReceiverDefinition<A>): WebhookReceiver<A> => {
  const { keepMs, name, ...checks } = resolve(definition);
  const collection = `sluice.webhooks/${name}`;
  const keys = records(store, {
    name: collection,
    codec: t.number,
    ttlMs: Math.min(keepMs + WRITE_MS_MAX, duration.max),
  });
  const nowMs = (): number => timeOfDay(store.scheduler);

  // The key comes first: where it is there already, this is what the store tells.
  const take = (key: string, writes: ReadonlyArray<Write<unknown>>): Effect<Either<Refusal, Received>> =>
    foldEffect(
      atomically([keys.insert(key, nowMs()), ...writes]),
      (): Either<Refusal, Received> => right({ key, duplicate: false }),
      (error) =>
        error._tag === "RecordConflict" && error.collection === collection && error.id === key
          ? succeed(right({ key, duplicate: true }))
          : fail(error),
    );

  const accept: WebhookReceiver<A>["accept"] = (request, followUp) => {
    // Made once: a run after one without an answer sends the same write again.
    let taking: Effect<Either<Refusal, Received>> | undefined;
    return failingWith<never>()(
      suspend(() => {
        if (taking !== undefined) return taking;
        const verified = verify(checks, request, nowMs());
        if (isLeft(verified)) return succeed(verified);
        const { key, payload } = verified.right;
        const writes = ask("followUp", () => [...followUp(payload)]);
        if (isLeft(writes)) return fail(writes.left);
        taking = take(key, writes.right);
        return taking;
      }),
    );
  };
  return showing({ accept }, "WebhookReceiver", { name });
};

interface Resolved<A> extends Checks<A> {
  readonly name: string;
  readonly keepMs: number;
}

const isList = (given: unknown): boolean => Array.isArray(given);

const resolve = <A>(given: ReceiverDefinition<A>): Resolved<A> => {
  const {
    name,
    codec,
    secrets,
    ageMsMax = AGE_MS_MAX,
    keepMs = KEEP_MS,
    bodyBytesMax,
  } = optionsOf(given, NAMES, "definition");
  const checkedAgeMsMax = wholeNumber("ageMsMax", ageMsMax, { min: 0, max: duration.max / 2 });
  if (wellFormedName("name", name).length > NAME_LENGTH_MAX)
    throw invalidConfig(
      "name",
      `name must have ${NAME_LENGTH_MAX} characters at most: that of its collection is made of it.`,
    );
  if (!isList(secrets) || secrets.length === 0 || secrets.length > SECRETS_MAX)
    throw invalidConfig("secrets", `secrets must be a list of 1 to ${SECRETS_MAX} texts.`);
  return {
    name,
    codec: checkCodec(codec),
    signers: secrets.map((secret, i) => signerOf(`secrets[${i}]`, secret)),
    ageMsMax: checkedAgeMsMax,
    keepMs: wholeNumber("keepMs", keepMs, { min: Math.max(1, 2 * checkedAgeMsMax), max: duration.max }),
    bodyBytesMax: checkBytesMax("bodyBytesMax", bodyBytesMax),
  };
};
