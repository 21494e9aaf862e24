/**
 * Names of Redis keys. All keys of a namespace have it as their hash tag, so they live in one slot of a cluster, and a write may
 * change several queues at once. `lua/NAMES.md` lists all names.
 */
import { escapeText } from "../../../core/escapeText.js";

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

  /** The name with which all keys of a collection of records begin. */
  collection(name: string): string {
    return `{${this.namespace}}:v:${escapeText(name)}`;
  }

  /** The head of the log; its other keys begin with this name. */
  get log(): string {
    return `{${this.namespace}}:log`;
  }

  /** The list of wake-ups of one process whose feeds wait. */
  feedList(name: string): string {
    return `{${this.namespace}}:f:${name}`;
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
