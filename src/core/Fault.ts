/** How every error of Sluice is made: an `Error` with a tag, and fields by which a program goes on. */
import { brandOf, hasBrand, mark } from "./brand.js";
import { describeCause } from "./cause.js";
import { type Inspect, inspecting, shown } from "./inspecting.js";
import type { QueueError } from "./SluiceError.js";

/** An `Error` with a tag, a verdict on retrying, and typed fields. */
export type Fault<T extends string, F = unknown> = Error &
  Readonly<F> & { readonly _tag: T; readonly retryable: boolean };

const brand = brandOf("error");

/** The same call may succeed later, as it is. */
const RETRYABLE: ReadonlySet<string> = new Set<QueueError["_tag"]>(["StoreUnavailable", "StoreFull"]);

class TaggedFault extends Error {
  readonly _tag: string;
  readonly retryable: boolean;
  constructor(tag: string, message: string, fields: object) {
    super(message);
    this.name = tag;
    this._tag = tag;
    this.retryable = RETRYABLE.has(tag);
    Object.assign(this, fields);
  }

  /** Its fields, with causes and outcomes as a line of text: what they carry may be anybody's. */
  toJSON(): object {
    const { name: _, ...fields } = this;
    return { ...plainFields(fields), message: this.message };
  }

  [inspecting](depth: number, options: object, inspect?: Inspect): string {
    const { name: _, _tag, ...fields } = this;
    return shown(this.stack ?? `${_tag}: ${this.message}`, plainFields(fields), { depth, options, inspect });
  }
}

mark(TaggedFault.prototype, brand);

/** An outcome shows itself as it should; of all else that is no plain value a line is enough. */
const plainFields = (fields: object): object =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]: [string, unknown]) => [
      name,
      name === "cause" ? describeCause(value) : value,
    ]),
  );

/** An error of this tag; its message says what to do next. */
export const fault = <T extends string, F extends object>(
  tag: T,
  message: string,
  fields: F,
  // The fields are assigned, which a class cannot tell its type.
): Fault<T, F> => new TaggedFault(tag, message, fields) as unknown as Fault<T, F>;

/** Tells an error that `fault` made, in whichever copy of the library. */
export const isFault = (value: unknown): boolean => hasBrand(value, brand);
