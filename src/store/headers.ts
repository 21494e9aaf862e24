/** Headers as every store gives them: of a message, whichever store kept it, only what was given is found. */

type Headers = Readonly<Record<string, string>>;

const bare = (): Record<string, string> => Object.create(null) as Record<string, string>;

/** Those of a message that has none. */
export const noHeaders: Headers = Object.freeze(bare());

/** A frozen copy without a prototype, so that `headers.constructor` is what was enqueued, or undefined. */
export const headersOf = (given: Headers): Headers => Object.freeze(Object.assign(bare(), given));
