/** What the definitions of queues and of records have in common. */
import type { Type } from "io-ts";
import { wholeNumber } from "../core/options.js";
import { invalidConfig } from "../core/SluiceError.js";

/** An io-ts codec, or `InvalidConfig`. */
export const checkCodec = <A>(codec: Type<A, unknown> | undefined, option = "codec"): Type<A, unknown> => {
  if (typeof codec?.decode === "function" && typeof codec.encode === "function") return codec;
  throw invalidConfig(option, `${option} must be an io-ts codec, such as t.type({ id: t.string }) from "io-ts".`);
};

/** The largest encoded value, in bytes: 1 MiB by default, and less than one atomic write holds; else `InvalidConfig`. */
export const checkBytesMax = (option: string, bytesMax: number = 1024 * 1024): number =>
  wholeNumber(option, bytesMax, { min: 1, max: 8 * 1024 * 1024 - 1 });
