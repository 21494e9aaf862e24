/**
 * Names of Redis keys. All keys of a namespace have it as their hash tag, so they live in one slot of a cluster, and a write may
 * change several queues at once. `lua/NAMES.md` lists all names.
 */

// Everything else is escaped: the separators of keys and tokens, braces, and whatever is not ASCII. So one character of a name is
// one byte, and names made of users' texts cannot run into other names.
const PLAIN = /^[A-Za-z0-9_.@/-]*$/;

/** A text as plain ASCII, with `%XXXX` for each UTF-16 unit that is escaped, lone surrogates too. Different texts stay different. */
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
      // Names come from programs, not from data. The bound is for a program that makes them from data.
      if (this.known.size < 10_000) this.known.set(name, key);
    }
    return key;
  }

  /** A key that never has a value. */
  get scratch(): string {
    return `{${this.namespace}}:probe`;
  }

  /** The list that ends the blocking reads of one connection. */
  readEnd(name: string): string {
    return `{${this.namespace}}:e:${name}`;
  }

  /** The result of a write: what it answered. */
  result(writeId: string): string {
    return `{${this.namespace}}:w:${escapeText(writeId)}`;
  }
}
