/**
 * How values show themselves in logs: by what tells them apart, never by what they carry. Else `console.log` of a message or a
 * queue would print payloads, options and internals; a store keeps its password there.
 */

/** The method that Node's `util.inspect`, and so `console.log`, looks for. */
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

/** Shows the instances of a class like that in logs. A class without inferred types cannot declare a method by a symbol itself. */
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

/** Shows one object like that, in logs and in JSON. */
export const showing = <T extends object>(object: T, name: string, fields: object): T =>
  Object.defineProperties(object, {
    toJSON: { value: () => fields },
    [inspecting]: {
      value: (depth: number, options: object, inspect?: Inspect) => shown(name, fields, { depth, options, inspect }),
    },
  });
