/** `sluice/log`: the log of all events of a store, in streams; its Writes join `atomically` and `followUp`. */
export { EventIdCodec } from "../codec/EventIdCodec.js";
export { PositionCodec } from "../codec/PositionCodec.js";
export { type EventId, parseEventId } from "../core/EventId.js";
export { type Position, parsePosition } from "../core/Position.js";
export type {
  ArchiveFailed,
  DecodeRefused,
  LogError,
  LogTrimmed,
  LogWentBack,
  StreamClosed,
  VersionConflict,
} from "../core/SluiceError.js";
export type { StreamExpected } from "../core/steps/Append.js";
export type {
  ByTag,
  CodecOptions,
  EventCodec,
  EventMap,
  EventOf,
  Joined,
  MapOf,
  MapsOf,
  Personal,
  TagKey,
  TypeName,
  Upcast,
  WithTag,
} from "../log/EventCodec.js";
export type {
  AppendError,
  Appended,
  AppendOptions,
  ArchiveOptions,
  CloseOptions,
  EventLog,
  Expected,
  FeedError,
  FeedItem,
  FeedOptions,
  FeedPage,
  FeedPageOptions,
  FollowOptions,
  PruneOptions,
  ReadOptions,
  StreamHead,
  TrimOptions,
} from "../log/EventLog.js";
export { eventCodec, eventCodecs, eventType } from "../log/makeEventCodec.js";
export { eventLog } from "../log/makeEventLog.js";
export type { EventMeta } from "../log/meta.js";
export type { MalformedEvent, Recorded } from "../log/recorded.js";
export type { EventStore } from "../port/Store.js";
