/** Headers as they are delivered: frozen, and without a prototype, so that no name finds what nobody sent. */
export type Headers = Readonly<Record<string, string>>;

const bare = (): Record<string, string> => Object.create(null) as Record<string, string>;

/** A copy of these headers. */
export const plainHeaders = (headers: Headers): Headers => Object.freeze(Object.assign(bare(), headers));

/** No headers at all. */
export const noHeaders: Headers = Object.freeze(bare());
