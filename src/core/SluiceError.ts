/**
 * Every way in which Sluice can fail, as one tagged union.
 *
 * `_tag` is API: narrow with `catchTag`, `switch`, or the left side of a `TaskEither`. `message` is prose for people and
 * says what to do next. `retryable` tells whether the same call may succeed later without a change of the program.
 */

import { describeMessage } from "./cause.js";
import { type Fault, fault, isFault } from "./Fault.js";
import type { MessageId } from "./MessageId.js";
import type { Outcome } from "./Outcome.js";
import type { Position } from "./Position.js";
import type { Revision } from "./Revision.js";
import type { StreamExpected } from "./steps/Append.js";
import type { RecordExpected, RecordName } from "./steps/recordSteps.js";
import type { StepRefused, StepTag } from "./steps/Step.js";

/**
 * The lease has ended, and nothing was changed. "gone": it expired, or the message went elsewhere. "given back": its consumer
 * gave it back, since it was unsubscribed, or since the time after its stop was over.
 */
export type LeaseLost = Fault<"LeaseLost", { id: MessageId; reason: "gone" | "given back" }>;
/** The message was settled before with another outcome; that first outcome stands. */
export type AlreadySettled = Fault<"AlreadySettled", { id: MessageId; outcome: Outcome }>;
/**
 * A record is not as it was expected to be. Nothing of its list was done. `actual` is the revision that is there (undefined: none), so
 * whoever wants to go on reads it and tries again upon that.
 */
export type RecordConflict = Fault<
  "RecordConflict",
  { collection: string; id: string; expected: RecordExpected; actual: Revision | undefined }
>;
/**
 * A stream is not at the version that was expected, or its last event is another one. Nothing of its list was done. `actual` is the
 * version that is there, so whoever wants to go on reads what is new and tries again upon that.
 */
export type VersionConflict = Fault<"VersionConflict", { stream: string; expected: StreamExpected; actual: number }>;
/** A closed stream takes no events. Nothing of its list was done. `version` is that of its last event. */
export type StreamClosed = Fault<"StreamClosed", { stream: string; version: number }>;
/** The log has no event at this position: it went back (a restored server, a failover). `head` is the position of its last event. */
export type LogWentBack = Fault<"LogWentBack", { head: Position | undefined }>;
/** What follows the position is given up, up to `trimmedTo`: what is left begins behind that. */
export type LogTrimmed = Fault<"LogTrimmed", { trimmedTo: Position }>;
/** The aggregate is there already: by events, or since it was created without any. Nothing was changed. */
export type AlreadyExists = Fault<"AlreadyExists", { category: string; id: string }>;
/** There is no such thing: nobody has made it, or it is gone. `what` is its kind, such as the category of an aggregate. */
export type NotFound = Fault<"NotFound", { what: string; id: string }>;
/** The dispatch has no result yet, so there is nothing to try again. */
export type DispatchOngoing = Fault<"DispatchOngoing", { id: string }>;
/** A command id was given to another command of the same aggregate before. Nothing was changed; what that one did stands. */
export type CommandIdReused = Fault<"CommandIdReused", { commandId: string }>;
/** A function of a decider threw, or answered what it may not. Nothing was stored. */
export type DeciderThrew = Fault<"DeciderThrew", { cause: unknown }>;
/** The function of a policy threw, or answered something else than commands. None of them was sent. */
export type PolicyThrew = Fault<"PolicyThrew", { cause: unknown }>;
/**
 * So many reactions stand behind an event that a policy does not react on it any more. None of its commands was sent. `eventId` is that of
 * the event.
 */
export type TooManyHops = Fault<"TooManyHops", { hops: number; hopsMax: number; eventId: string }>;
/** The beginning of a stream is given up, and no snapshot that this program can read stands behind that: its state cannot be made. */
export type StreamPruned = Fault<"StreamPruned", { stream: string; prunedTo: number }>;
/**
 * What an archive handed its events to has failed. The stream is given up to version `prunedTo`, and what follows is there: run it again.
 */
export type ArchiveFailed = Fault<"ArchiveFailed", { stream: string; prunedTo: number; cause: unknown }>;
/** It did not come that far in time; it may later. `position` is how far it has come. */
export type WaitTimedOut = Fault<"WaitTimedOut", { timeoutMs: number; position: Position | undefined }>;
/** Somebody dropped this version of a projection while this process kept it up to date. */
export type ProjectionDropped = Fault<"ProjectionDropped", { projection: string; version: number }>;
/** An option is out of its range, or options contradict each other. */
export type InvalidConfig = Fault<"InvalidConfig", { option: string }>;
/** The codec refuses the value, or it has no faithful JSON form. Nothing was written. */
export type EncodeRefused = Fault<"EncodeRefused", { report: ReadonlyArray<string> }>;
/** The encoded value is larger than its queue or collection allows. Nothing was written. */
export type PayloadTooLarge = Fault<"PayloadTooLarge", { bytes: number; bytesMax: number }>;
/** One atomic write holds more than a store accepts. Nothing was written. */
export type WriteTooLarge = Fault<
  "WriteTooLarge",
  { count: number; countMax: number; bytes: number; bytesMax: number }
>;
/** What is stored does not fit its codec: another program wrote it, or the codec has changed. `where` names it; nothing of it is shown. */
export type DecodeRefused = Fault<"DecodeRefused", { where: string; report: ReadonlyArray<string> }>;
/** The store did not answer in time. A write may or may not have happened; running the same Write again never doubles it. */
export type StoreUnavailable = Fault<"StoreUnavailable", { cause: unknown }>;
/** The store has no memory left for new messages; settling and leasing go on. */
export type StoreFull = Fault<"StoreFull", { cause: unknown }>;
/** The store was closed by this process; open another one. */
export type StoreClosed = Fault<"StoreClosed">;
/** A defect of Sluice or of the store's data: please report it. */
export type Defect = Fault<"Defect", { cause: unknown }>;

/** What a store may answer instead of doing a step. In the port it is a value, in the user's Effect an error. */
export type WriteRefused = StepRefused<StepTag>;

/** What any call may fail with. */
export type ReadError = InvalidConfig | StoreUnavailable | StoreClosed | Defect;
/** What a change that adds nothing may fail with. */
export type ChangeError = ReadError | StoreFull;
/** What any Write of new things may fail with. */
export type WriteError = ChangeError | EncodeRefused | PayloadTooLarge | WriteTooLarge;
/** What the settlement of a message may fail with. */
export type SettleError = ChangeError | WriteTooLarge | LeaseLost | AlreadySettled;

/** The errors of queues. */
export type QueueError = WriteError | SettleError;

/** The errors of records. */
export type RecordsError = WriteError | RecordConflict | DecodeRefused;

/** The errors of logs. */
export type LogError =
  | WriteError
  | VersionConflict
  | StreamClosed
  | LogWentBack
  | LogTrimmed
  | ArchiveFailed
  | DecodeRefused;

/** The errors of aggregates and policies. */
export type SourcingError =
  | WriteError
  | VersionConflict
  | StreamClosed
  | DecodeRefused
  | AlreadyExists
  | NotFound
  | CommandIdReused
  | DeciderThrew
  | PolicyThrew
  | TooManyHops
  | StreamPruned;

/** The errors of projections and read models. */
export type ProjectionError = WriteError | DecodeRefused | LogWentBack | LogTrimmed | WaitTimedOut | ProjectionDropped;

/** The errors of brokers and their queues. What handlers fail with is told by the broker, and is no error of it. */
export type BrokerError = WriteError | RecordConflict | DecodeRefused | LogWentBack | LogTrimmed;

/** The errors of hubs. What handlers fail with stands in the log of the dispatch, and is no error of the hub. */
export type HubError = WriteError | RecordConflict | DecodeRefused | NotFound | DispatchOngoing;

/** Every error of Sluice: the sum of what its modules can fail with. */
export type SluiceError =
  | QueueError
  | RecordsError
  | LogError
  | SourcingError
  | ProjectionError
  | BrokerError
  | HubError
  | WriteRefused;

export const leaseLost = (id: MessageId, reason: LeaseLost["reason"] = "gone"): LeaseLost =>
  fault(
    "LeaseLost",
    reason === "gone"
      ? `The lease of message ${id} is gone (expired, released or taken over); it is or will be delivered again. Do nothing, or raise leaseMs if handlers take longer.`
      : `Message ${id} was given back when its consumer was unsubscribed, or its stop was over; it is or will be delivered again. Settle before you unsubscribe, or end the consumer by stop$, which lets works settle for stopMsMax.`,
    { id, reason },
  );

export const alreadySettled = (id: MessageId, outcome: Outcome): AlreadySettled =>
  fault("AlreadySettled", `Message ${id} was settled as ${outcome._tag} before; the first outcome stands.`, {
    id,
    outcome,
  });

export const recordConflict = (
  { collection, id, expected }: RecordName & { readonly expected: RecordExpected },
  actual: Revision | undefined,
): RecordConflict =>
  fault(
    "RecordConflict",
    `The record ${JSON.stringify(id)} of ${JSON.stringify(collection)} is ${actual === undefined ? "not there" : "there, in another state"}, against what was expected; nothing was changed. Read it, decide upon what is there, and write again.`,
    { collection, id, expected, actual },
  );

export const versionConflict = (conflict: {
  stream: string;
  expected: StreamExpected;
  actual: number;
}): VersionConflict =>
  fault(
    "VersionConflict",
    `The stream ${JSON.stringify(conflict.stream)} is at version ${conflict.actual}, against what was expected; nothing was changed. Read what is new in it, decide upon that, and append again.`,
    conflict,
  );

export const streamClosed = (stream: string, version: number): StreamClosed =>
  fault(
    "StreamClosed",
    `The stream ${JSON.stringify(stream)} was closed at version ${version} and takes no events; nothing was changed. Reopen it, or append to another one.`,
    { stream, version },
  );

export const logWentBack = (head: Position | undefined): LogWentBack =>
  fault(
    "LogWentBack",
    "The log has no event at this position: its store went back, to an older file or over to a replica that lacked what came last. Make what was built from its events anew, from the start.",
    { head },
  );

export const logTrimmed = (trimmedTo: Position): LogTrimmed =>
  fault(
    "LogTrimmed",
    "The events behind this position were trimmed. Begin behind `trimmedTo`, with a state that has what was before; what is left in the log does not suffice.",
    { trimmedTo },
  );

export const alreadyExists = (category: string, id: string): AlreadyExists =>
  fault(
    "AlreadyExists",
    `There is a ${JSON.stringify(category)} ${JSON.stringify(id)} already; nothing was changed. Give the new one another id, or use the one that is there: get it, or handle its commands.`,
    { category, id },
  );

export const notFound = (what: string, id: string): NotFound =>
  fault(
    "NotFound",
    `There is no ${JSON.stringify(what)} ${JSON.stringify(id)}. Create it first, or look whether the id is right.`,
    { what, id },
  );

export const dispatchOngoing = (id: string): DispatchOngoing =>
  fault(
    "DispatchOngoing",
    `The dispatch ${id} is ongoing: its next attempt comes by itself. Wait for its result, and try it again then.`,
    { id },
  );

export const commandIdReused = (commandId: string): CommandIdReused =>
  fault(
    "CommandIdReused",
    `The command id ${JSON.stringify(commandId)} was given to another command of this aggregate before; nothing was changed. Give each command an id of its own, and the same one only when you send the same command again.`,
    { commandId },
  );

export const deciderThrew = (cause: unknown): DeciderThrew =>
  fault(
    "DeciderThrew",
    `A function of the decider threw (${describeMessage(cause)}); nothing was stored. Mend it; what the domain refuses is a Left that decide answers.`,
    { cause },
  );

export const policyThrew = (cause: unknown): PolicyThrew =>
  fault(
    "PolicyThrew",
    `The function of a policy threw (${describeMessage(cause)}), so none of its commands was sent. Mend it, and let the event come again.`,
    { cause },
  );

export const tooManyHops = (eventId: string, hops: number, hopsMax: number): TooManyHops =>
  fault(
    "TooManyHops",
    `${hops} reactions led to the event ${eventId}, one after the other, and the policy allows ${hopsMax}; none of its commands was sent. Look at the events of the same correlationId: where policies feed each other without an end, let one of them, or a decider, see that there is nothing to do. Where so long a chain is right, raise hopsMax.`,
    { hops, hopsMax, eventId },
  );

export const streamPruned = (stream: string, prunedTo: number): StreamPruned =>
  fault(
    "StreamPruned",
    `The events 1 to ${prunedTo} of the stream ${JSON.stringify(stream)} are given up, and no snapshot that this program can read stands behind them, so its state cannot be made. Use the schema and the codec that wrote the snapshot, or bring the events back from the archive.`,
    { stream, prunedTo },
  );

export const archiveFailed = (stream: string, prunedTo: number, cause: unknown): ArchiveFailed =>
  fault(
    "ArchiveFailed",
    `Events of the stream ${JSON.stringify(stream)} were not archived (${describeMessage(cause)}); those behind version ${prunedTo} are still there. Mend what they are handed to, and archive again.`,
    { stream, prunedTo, cause },
  );

export const waitTimedOut = (timeoutMs: number, position: Position | undefined): WaitTimedOut =>
  fault(
    "WaitTimedOut",
    `It was not that far within ${timeoutMs} ms. Look whether some process runs it, and what its Failed and lag$ say; wait again, or give more time by timeoutMs.`,
    { timeoutMs, position },
  );

export const projectionDropped = (name: string, version: number): ProjectionDropped =>
  fault(
    "ProjectionDropped",
    `Version ${version} of ${JSON.stringify(name)} was dropped while this process kept it up to date. Run the program of the version that took its place; run again, this one is built anew from the start.`,
    { projection: name, version },
  );

export const invalidConfig = (option: string, sentence: string): InvalidConfig =>
  fault("InvalidConfig", sentence, { option });

export const encodeRefused = (report: ReadonlyArray<string>): EncodeRefused =>
  fault("EncodeRefused", `The value cannot be encoded, so nothing was written: ${report.join("; ")}`, {
    report,
  });

export const payloadTooLarge = (bytes: number, bytesMax: number, option = "payloadBytesMax"): PayloadTooLarge =>
  fault(
    "PayloadTooLarge",
    `The encoded value has ${bytes} bytes, at most ${bytesMax} are allowed. Store the body elsewhere and keep a reference to it, or raise ${option}.`,
    { bytes, bytesMax },
  );

export const writeTooLarge = (size: {
  count: number;
  countMax: number;
  bytes: number;
  bytesMax: number;
}): WriteTooLarge =>
  fault(
    "WriteTooLarge",
    `One atomic write holds ${size.count} steps and ${size.bytes} bytes; at most ${size.countMax} steps and ${size.bytesMax} bytes fit. Split it, or use enqueueTo, which chunks.`,
    size,
  );

export const decodeRefused = (where: string, report: ReadonlyArray<string>): DecodeRefused =>
  fault(
    "DecodeRefused",
    `What is stored as ${where} does not fit its codec: ${report.join("; ")}. Give a codec that reads it, or mend it by a program of the version that wrote it.`,
    { where, report },
  );

export const storeUnavailable = (cause: unknown): StoreUnavailable =>
  fault(
    "StoreUnavailable",
    `The store did not answer (${describeMessage(cause)}). Check that it runs and can be reached; then run the same call again: a Write never doubles.`,
    { cause },
  );

export const storeFull = (cause: unknown): StoreFull =>
  fault(
    "StoreFull",
    `The store is out of memory and refuses new messages (${describeMessage(cause)}). Consume or purge some, or raise its limit; settling goes on.`,
    { cause },
  );

export const storeClosed = (): StoreClosed =>
  fault("StoreClosed", "The store was closed by this process; make a new one to go on.", {});

export const defect = (cause: unknown): Defect =>
  fault("Defect", `A defect in Sluice or in the store's data: ${describeMessage(cause)}. Please report it.`, {
    cause,
  });

/** Tells a `SluiceError` from anything else. */
export const isSluiceError = (value: unknown): value is SluiceError => isFault(value);

/** Any thrown thing as a `SluiceError`; what is none becomes a `Defect`. */
export const toSluiceError = (value: unknown): SluiceError => (isSluiceError(value) ? value : defect(value));
