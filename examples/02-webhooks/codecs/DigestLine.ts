/** One line of the digest that goes out in batches, and the codec of the queue that it waits in. */
import * as t from "io-ts";

export const DigestLine = t.type({ event: t.string, text: t.string });
export type DigestLine = t.TypeOf<typeof DigestLine>;
