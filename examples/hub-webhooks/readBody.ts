/** Reads the body of a request, as long as it is not too long. */
import type { IncomingMessage } from "node:http";

/** The bytes; undefined where there are more. */
export const readBody = async (request: IncomingMessage, bytesMax: number): Promise<Buffer | undefined> => {
  const chunks: Array<Buffer> = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bytesMax) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};
