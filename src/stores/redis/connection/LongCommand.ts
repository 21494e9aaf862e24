/**
 * A command of many arguments, written into one buffer. The driver puts its text together of pieces: V8 keeps these as a tree, and walks
 * it as the text is sent, which for a write of five hundred messages cost more than all else of it.
 */
import { Command } from "ioredis";
import { utf8Length } from "../../../core/bytes.js";

/** With fewer arguments the text costs less than the buffer. */
export const LONG_COMMAND_ARGS = 100;

/** The most bytes of `$<length>\r\n…\r\n` around an argument. */
const AROUND = 16;
/** Up to here a loop is faster than a call that leaves JavaScript. */
const SHORT = 24;
const ASCII_MAX = 0x7f;
const CR = 0x0d;
const LF = 0x0a;

export class LongCommand extends Command {
  override toWritable(): Buffer {
    const { name, args } = this as { readonly name: string; readonly args: ReadonlyArray<string> };
    const lengths = args.map(utf8Length);
    const buffer = Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + length + AROUND, name.length + 2 * AROUND));
    let at = put(buffer, `*${args.length + 1}\r\n$${name.length}\r\n${name}\r\n`, 0);
    for (let i = 0; i < args.length; i++) {
      at = put(buffer, `$${lengths[i]}\r\n`, at);
      at = put(buffer, args[i] ?? "", at);
      buffer[at++] = CR;
      buffer[at++] = LF;
    }
    return buffer.subarray(0, at);
  }
}

/** Writes a text there; answers where it ends. */
const put = (buffer: Buffer, text: string, from: number): number => {
  const { length } = text;
  if (length > SHORT) return from + buffer.write(text, from, "utf8");
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code > ASCII_MAX) return from + buffer.write(text, from, "utf8");
    buffer[from + i] = code;
  }
  return from + length;
};
