/**
 * Slots, in each of which lease requests follow each other. Of each slot the server keeps the latest request and what it got: a
 * request that comes again is answered as before, and one that comes late, after a newer one or a cancel, gets nothing.
 * Consumers come and go, so the store owns the slots and lends them: there are as many as there are requests at a time.
 */
import { newId } from "../../../core/newId.js";
import type { Request } from "./leaseScripts.js";

/** A slot that is lent: each request in it supersedes the one before. */
export class Slot {
  private serial = 0;

  constructor(
    private readonly prefix: string,
    private readonly name: string,
  ) {}

  next(queue: string): Request {
    this.serial += 1;
    const slot = `${queue}${this.prefix}${this.name}`;
    return { slot, serial: this.serial, name: `${this.name}.${this.serial}` };
  }
}

export class Slots {
  private readonly free: Array<Slot> = [];
  private readonly uid = newId().replaceAll("-", "");
  private made = 0;

  lend(): Slot {
    const free = this.free.pop();
    if (free !== undefined) return free;
    this.made += 1;
    return new Slot(":c:", `${this.uid}.${this.made}`);
  }

  giveBack(slot: Slot): void {
    this.free.push(slot);
  }
}
