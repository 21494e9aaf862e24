/** Stored messages as people see them: with their data decoded, without the payload as the store keeps it. */
import { isRight } from "fp-ts/lib/Either.js";
import type { Type } from "io-ts";
import { shownJson } from "../../codec/envelope.js";
import type { StoredMessage } from "../../port/Inspect.js";
import { decodeData } from "../decodeData.js";
import type { Shown } from "../Queue.js";

/** Shows stored messages of this codec. */
export const showAs =
  <A>(codec: Type<A, unknown>) =>
  <S extends StoredMessage>({ payload, ...stored }: S): Omit<S, "payload"> & Shown<A> => {
    const data = decodeData(codec, { payload, ...stored });
    const json = shownJson(payload);
    const toJSON = (): unknown => (isRight(data) ? { ...stored, data: json } : { ...stored, report: data.left, json });
    // Where the data was decoded, its JSON does not show: logs would have it twice.
    const hidden = { value: json, enumerable: !isRight(data) };
    return Object.defineProperties({ ...stored, data, json, toJSON }, { json: hidden, toJSON: { enumerable: false } });
  };
