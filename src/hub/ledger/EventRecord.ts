/** The stored form of an event: when it was made, which dispatches it has, and its payload. */
import * as t from "io-ts";
import { ENVELOPE_VERSION } from "../../codec/envelope.js";
import { type DispatchId, DispatchIdCodec } from "../ids.js";

/** An event without its id, which is that of its record. */
export interface StoredEventRecord<out A> {
  readonly createdAtMs: number;
  /** In the order of its routes, retries behind them; of more than 1,000 the latest. */
  readonly dispatchIds: ReadonlyArray<DispatchId>;
  readonly payload: A;
}

const DISPATCHES_MAX = 1_000;

/** `payload` as `encodePayload` has made it: its JSON goes in as it is. */
export const eventText = ({ createdAtMs, dispatchIds, payload }: StoredEventRecord<string>): string => {
  const ids = JSON.stringify(dispatchIds.slice(-DISPATCHES_MAX));
  return `${ENVELOPE_VERSION}[${createdAtMs},${ids},${payload.slice(ENVELOPE_VERSION.length)}]`;
};

/** Reads what `eventText` has made, the payload by this codec. */
export const eventCodecOf = <A>(codec: t.Type<A, unknown>): t.Type<StoredEventRecord<A>, unknown> =>
  new t.Type<StoredEventRecord<A>, unknown>(
    codec.name,
    (value): value is StoredEventRecord<A> => typeof value === "object" && value !== null && "dispatchIds" in value,
    (json, context) => {
      const [createdAtMs, dispatchIds, payload] = Array.isArray(json) ? (json as ReadonlyArray<unknown>) : [];
      if (typeof createdAtMs !== "number" || !Ids.is(dispatchIds))
        return t.failure(json, context, "it is no event of a hub of this version");
      const decoded = codec.validate(payload, context);
      return decoded._tag === "Left" ? decoded : t.success({ createdAtMs, dispatchIds, payload: decoded.right });
    },
    () => {
      throw new TypeError("a hub makes the texts of its events itself");
    },
  );

const Ids = t.readonlyArray(DispatchIdCodec);

/** Its payload as it is stored. */
export const StoredEventCodec: t.Type<StoredEventRecord<unknown>, unknown> = eventCodecOf(t.unknown);
