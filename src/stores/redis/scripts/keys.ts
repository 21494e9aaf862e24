/**
 * Names of keys. All keys of a namespace carry it as their hash tag, so they live in one slot of a cluster and a write may
 * change several queues at once. `lua/NAMES.md` lists them all.
 */

// Everything else is escaped: the separators of keys and tokens, braces, and whatever is not ASCII, so that one character of
// a name is one byte, and names from user text cannot run into other names.
const PLAIN = /^[A-Za-z0-9_.@/-]*$/;

/** A text as plain ASCII, one `%XXXX` per UTF-16 unit where it must be; lone surrogates too. Different texts stay different. */
export const escapeText = (text: string): string =>
  PLAIN.test(text)
    ? text
    : text.replace(
        /[^A-Za-z0-9_.@/-]/g,
        (unit) => `%${unit.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`,
      );

/** The text that was escaped. */
export const unescapeText = (escaped: string): string =>
  escaped.includes("%")
    ? escaped.replace(/%([0-9A-F]{4})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    : escaped;

/** The keys of one namespace. */
export class Keys {
  private readonly known = new Map<string, string>();

  constructor(private readonly namespace: string) {}

  /** The hash of a queue's counts; its other keys begin with this name. */
  queue(name: string): string {
    let key = this.known.get(name);
    if (key === undefined) {
      key = `{${this.namespace}}:q:${escapeText(name)}`;
      // Names are given by programs, not by data; the bound is for the program that does otherwise.
      if (this.known.size < 10_000) this.known.set(name, key);
    }
    return key;
  }

  /** A key that never has anything. */
  get scratch(): string {
    return `{${this.namespace}}:probe`;
  }

  /** The list that ends the blocking reads of one connection. */
  readEnd(name: string): string {
    return `{${this.namespace}}:e:${name}`;
  }

  /** What a write answered. */
  result(writeId: string): string {
    return `{${this.namespace}}:w:${escapeText(writeId)}`;
  }
}
