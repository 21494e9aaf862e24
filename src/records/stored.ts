/** A record as users see it. */
import { isLeft } from "fp-ts/lib/Either.js";
import { decodePayload } from "../codec/envelope.js";
import { showing } from "../core/inspecting.js";
import type { Revision } from "../core/Revision.js";
import { decodeRefused } from "../core/SluiceError.js";
import type { StoredRecord } from "../port/RecordPort.js";
import type { Malformed, RecordPage, Stored } from "./Records.js";
import type { ResolvedRecords } from "./RecordsDefinition.js";

/** Shows its id and revision alone. */
export const storedOf = <A>(id: string, revision: Revision, value: A): Stored<A> =>
  showing({ id, value, revision }, "Stored", { id, revision });

/** Throws `DecodeRefused` where the codec refuses it. */
export const decoded = <A>({ name, codec }: ResolvedRecords<A>, { id, value, revision }: StoredRecord): Stored<A> => {
  const data = decodePayload(codec, value);
  if (isLeft(data)) throw decodeRefused(`record ${JSON.stringify(id)} of ${JSON.stringify(name)}`, data.left);
  return storedOf(id, revision, data.right);
};

/** What the codec refuses stands apart, with its report. */
export const decodedPage = <A>(
  { codec }: ResolvedRecords<A>,
  items: ReadonlyArray<StoredRecord>,
): Pick<RecordPage<A>, "items" | "malformed"> => {
  const whole: Array<Stored<A>> = [];
  const malformed: Array<Malformed> = [];
  for (const { id, value, revision } of items) {
    const data = decodePayload(codec, value);
    if (isLeft(data)) malformed.push({ id, revision, report: data.left });
    else whole.push(storedOf(id, revision, data.right));
  }
  return { items: whole, malformed };
};
