/** Message ids that come from outside of the process: by HTTP, in JSON, in data of other programs. */
import type { Type } from "io-ts";
import { type MessageId, parseMessageId } from "../core/MessageId.js";
import { parsedText } from "./parsedText.js";

/**
 * An io-ts codec for ids that come from outside: it takes any UUID, and makes it lower case. Use it as a part of other codecs; for
 * one text alone there is `parseMessageId`.
 *
 * Its `is` takes lower case only, since ids are compared and stored so.
 *
 * @example
 * ```ts
 * import { isRight } from "fp-ts/lib/Either.js";
 * import * as t from "io-ts";
 * import { MessageIdCodec, newMessageId } from "sluice";
 *
 * const RedriveRequest = t.type({ ids: t.readonlyArray(MessageIdCodec) });
 * const body = JSON.stringify({ ids: [newMessageId()] });
 * const request = RedriveRequest.decode(JSON.parse(body));
 * if (isRight(request)) console.log(request.right.ids); // ReadonlyArray<MessageId>, ready for queue.redrive({ ids })
 * ```
 */
export const MessageIdCodec: Type<MessageId, string> = parsedText("MessageId", parseMessageId);
