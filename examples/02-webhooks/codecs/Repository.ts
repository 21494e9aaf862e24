/** The repository that an event is about. Codecs name what the handlers use; what else a payload holds is kept as it is. */
import * as t from "io-ts";

export const Repository = t.type({ full_name: t.string });
