/** Makes every error of Sluice: an `Error` with a tag, and with the fields that a program needs to go on. */
import { brandOf, hasBrand, mark } from "./brand.js";
import { describeCause } from "./cause.js";
import { type Inspect, inspecting, shown } from "./inspecting.js";
import type { SluiceError } from "./SluiceError.js";

/** An `Error` with a tag and typed fields. `retryable`: whether the same call may succeed later. */
export type Fault<T extends string, F = unknown> = Error &
  Readonly<F> & { readonly _tag: T; readonly retryable: boolean };

const brand = brandOf("error");

/** The errors after which the same call may succeed later. */
const RETRYABLE: ReadonlySet<string> = new Set<SluiceError["_tag"]>(["StoreUnavailable", "StoreFull", "WaitTimedOut"]);

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

  /** Its fields. A cause is a line of text, since it may carry anything of the user's. */
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

/** The fields, with the cause as a line of text. An outcome shows its own cause like that. */
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
  // The constructor assigns the fields, which the type of a class cannot say.
): Fault<T, F> => new TaggedFault(tag, message, fields) as unknown as Fault<T, F>;

/** Tells an error that `fault` made, in this or another copy of the library, from any other value. */
export const isFault = (value: unknown): boolean => hasBrand(value, brand);
