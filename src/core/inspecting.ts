/**
 * How values show themselves in logs: by what tells them apart, never by what they carry. Payloads, options and internals
 * (a store keeps its password) would all be printed by `console.log` of a message or a queue.
 */

/** The method that Node's `util.inspect`, and so `console.log`, asks for. */
export const inspecting: unique symbol = Symbol.for("nodejs.util.inspect.custom");

/** `util.inspect` itself, as it is handed to that method. */
export type Inspect = (value: unknown, options: object) => string;

/** What that method is called with. */
export interface Inspection {
  readonly depth: number;
  readonly options: object;
  readonly inspect: Inspect | undefined;
}

/** A name and some fields as `util.inspect` writes them: `Message { id: '…', attempt: 1 }`. */
export const shown = (name: string, fields: object, { depth, options, inspect }: Inspection): string => {
  if (depth < 0) return `[${name}]`;
  if (Object.keys(fields).length === 0) return name;
  return `${name} ${inspect === undefined ? JSON.stringify(fields) : inspect(fields, options)}`;
};

/** Gives the instances of a class such a face, in logs: a declaration that is made without inference names no symbol. */
export const showAs = <T extends object>(
  type: { readonly prototype: T },
  name: string,
  fieldsOf: (one: T) => object,
): void => {
  Object.defineProperty(type.prototype, inspecting, {
    value(this: T, depth: number, options: object, inspect?: Inspect): string {
      return shown(name, fieldsOf(this), { depth, options, inspect });
    },
  });
};

/** Gives one object such a face, in logs and in JSON. */
export const showing = <T extends object>(object: T, name: string, fields: object): T =>
  Object.defineProperties(object, {
    toJSON: { value: () => fields },
    [inspecting]: {
      value: (depth: number, options: object, inspect?: Inspect) => shown(name, fields, { depth, options, inspect }),
    },
  });
