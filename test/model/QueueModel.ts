/**
 * A queue as simple as it can be said: a list of messages in the order of their (re-)enqueueing, each in one place. It does
 * not know which of several ready messages comes first; it knows exactly which may come, which tokens live, how often a
 * message failed, and every count.
 */
import { expect } from "vitest";
import type { QueueStats } from "../../src/port/Inspect.js";
import { ATTEMPTS_MAX, type Command, DEDUPE_MS, DELIVERIES_MAX, type Ending, RETRY_DELAY_MS } from "./Command.js";
import { deliveriesNamed, type Observation } from "./Player.js";

type Place = "queue" | "leased" | "blocked" | "halting" | "dead" | "acked" | "purged";

interface Message {
  readonly number: number;
  readonly key: string | undefined;
  readonly firstEnqueuedAtMs: number;
  enqueuedAtMs: number;
  place: Place;
  failures: number;
  dueMs: number;
  /** Whether it has its place in the line: not while its first delivery is delayed. */
  joined: boolean;
  /** Not begun after this. */
  beginsUntilMs: number;
  /** How often in a row its lease ended; how often in a row it was given back. */
  suspicion: number;
  returned: number;
  leasedUntilMs: number;
  unbegun: boolean;
  /** Its latest delivery. */
  delivery: number;
}

export class QueueModel {
  /** In the order in which they stand in their keys. */
  private line: Array<Message> = [];
  private messages = 0;
  private readonly deliveries: Array<Message> = [];
  private readonly dedupes = new Map<string, { readonly number: number; readonly untilMs: number }>();
  private paused = false;
  private nowMs = 0;

  /** Follows a command, and checks that the store showed what must be. */
  follow(command: Command, observation: Observation): void {
    this.joinDue();
    switch (command.do) {
      case "enqueue":
        expect(observation.enqueued).toEqual(Array.from({ length: command.count }, () => this.enqueueOnce(command)));
        break;
      case "lease":
        this.lease(command, observation);
        break;
      case "settle":
        this.settle(this.named(command.deliveries), command.ending, observation);
        break;
      case "follow up":
        this.followUp(this.named(command.deliveries), command.key, observation);
        break;
      case "extend": {
        const named = this.named(command.deliveries);
        expect(observation.done).toEqual(named.map((n) => this.lives(n)));
        for (const [i, n] of named.entries()) {
          if (!this.lives(n)) continue;
          this.of(n).leasedUntilMs = this.nowMs + command.leaseMs;
          this.of(n).unbegun = i >= named.length - command.unbegun;
        }
        break;
      }
      case "advance":
        this.nowMs += command.ms;
        this.joinDue();
        break;
      case "unblock":
        this.unblock(command, observation.count);
        break;
      case "redrive":
        this.redrive(command.messages, observation.count);
        break;
      case "purge":
        this.purge(command, observation);
        break;
      case "pause":
        this.paused = command.paused;
        break;
    }
    expect(observation.stats).toEqual(this.stats());
  }

  /** What is due joins the end of the line, in the order of due times. */
  private joinDue(): void {
    const due = this.line.filter(({ joined, dueMs }) => !joined && dueMs <= this.nowMs);
    due.sort((a, b) => a.dueMs - b.dueMs);
    for (const message of due) message.joined = true;
    this.line = [...this.line.filter((message) => !due.includes(message)), ...due];
  }

  private enqueueOnce({
    key,
    delayMs,
    expiresInMs,
    dedupeId,
    endless,
  }: Extract<Command, { readonly do: "enqueue" }>): readonly [number, boolean] {
    const seen = this.dedupes.get(dedupeId ?? "");
    if (dedupeId === undefined || seen === undefined || seen.untilMs <= this.nowMs) {
      if (dedupeId !== undefined)
        this.dedupes.set(dedupeId, {
          number: this.messages,
          untilMs: endless ? Number.POSITIVE_INFINITY : this.nowMs + DEDUPE_MS,
        });
      this.enqueue(key, delayMs, expiresInMs);
      return [this.messages - 1, false];
    }
    this.messages += 1; // its number was used
    return [seen.number, true];
  }

  private enqueue(key: string | undefined, delayMs: number, expiresInMs = Number.POSITIVE_INFINITY): void {
    this.line.push({
      number: this.messages++,
      key,
      firstEnqueuedAtMs: this.nowMs,
      enqueuedAtMs: this.nowMs,
      place: "queue",
      failures: 0,
      dueMs: this.nowMs + delayMs,
      joined: delayMs === 0,
      beginsUntilMs: this.nowMs + expiresInMs,
      suspicion: 0,
      returned: 0,
      leasedUntilMs: 0,
      unbegun: false,
      delivery: -1,
    });
  }

  private lease(
    { max, leaseMs, hands }: Extract<Command, { readonly do: "lease" }>,
    { leased, dead }: Observation,
  ): void {
    if (this.paused || this.halted()) {
      expect(leased).toEqual([]);
      return;
    }
    for (const message of this.line)
      if (message.place === "leased" && message.leasedUntilMs <= this.nowMs) {
        const { suspicion, unbegun } = message;
        if (unbegun && suspicion < 2) {
          message.place = "queue";
        } else this.fail(message, "queue");
        message.suspicion = Math.min(2, suspicion + 1);
      }
    const dropped = this.dropLate(dead);
    const ready = this.line.filter((message) => this.isReady(message));
    const begun = ready.filter((message) => !this.isLate(message));
    const mostSuspicious = { empty: 2, proven: 1, full: 0 }[hands];
    if (leased.some(({ suspect }) => suspect)) expect(leased.length).toBe(1);
    else if (dropped > 0 || begun.some(({ suspicion }) => suspicion > 0)) {
      // A suspect is a wall; and what a dead head lets go is there for the next call.
      expect(leased.length).toBeLessThanOrEqual(Math.min(max, begun.length));
      if (hands === "empty" && begun.length > 0) expect(leased.length).toBeGreaterThan(0);
    } else {
      expect(leased.length).toBe(Math.min(max, begun.length));
      if (leased.length < max) expect(ready).toEqual(begun);
    }
    for (const { message: number, ...seen } of leased) {
      const message = ready.find((other) => other.number === number && other.place === "queue");
      expect(message, `message ${number} was leased and may not be`).toBeDefined();
      if (message === undefined) continue;
      const { key, enqueuedAtMs, firstEnqueuedAtMs, failures, suspicion } = message;
      const [attempt, suspect, leasedAtMs] = [failures + 1, suspicion > 0, this.nowMs];
      expect(seen).toEqual({ key, enqueuedAtMs, firstEnqueuedAtMs, attempt, suspect, leasedAtMs });
      expect(this.isLate(message), `message ${number} was begun too late`).toBe(false);
      expect(suspicion).toBeLessThanOrEqual(mostSuspicious);
      message.place = "leased";
      message.leasedUntilMs = this.nowMs + leaseMs;
      message.unbegun = false;
      message.delivery = this.deliveries.length;
      this.deliveries.push(message);
    }
  }

  /** Follows the death of what was not begun any more, each a ready head by then, and tells how many. */
  private dropLate(dead: ReadonlyArray<number>): number {
    let dropped = 0;
    const dies = (message: Message): boolean =>
      this.isReady(message) && this.isLate(message) && dead.includes(message.number);
    for (let message = this.line.find(dies); message !== undefined; message = this.line.find(dies)) {
      this.leave(message, "dead");
      dropped += 1;
    }
    return dropped;
  }

  private isReady(message: Message): boolean {
    return this.isHead(message) && message.dueMs <= this.nowMs;
  }

  private isLate({ beginsUntilMs, returned }: Message): boolean {
    return this.nowMs > beginsUntilMs || returned >= DELIVERIES_MAX;
  }

  private settle(named: ReadonlyArray<number>, ending: Ending, { done, performed }: Observation): void {
    expect(done).toEqual(named.map((n) => this.lives(n)));
    const expected = named.filter((n) => this.lives(n)).map((n) => this.end(this.of(n), ending));
    expect(performed).toEqual(expected);
  }

  private end(message: Message, ending: Ending): string {
    switch (ending) {
      case "ack":
        this.leave(message, "acked");
        return "Ack";
      case "release":
      case "release later":
        message.place = "queue";
        message.returned += 1;
        message.dueMs = ending === "release" ? 0 : this.nowMs + RETRY_DELAY_MS;
        return "Release";
      case "reject":
        this.fail(message, "dead");
        this.leave(message, "dead");
        return "Reject";
      case "block key":
      case "block queue":
        message.failures += 1;
        message.returned = 0;
        message.suspicion = 0;
        message.place = ending === "block key" ? "blocked" : "halting";
        return "Block";
      case "retry":
      case "retry later":
        message.dueMs = ending === "retry" ? 0 : this.nowMs + RETRY_DELAY_MS;
        this.fail(message, "queue");
        // Out of attempts, it is a Reject.
        return message.failures >= ATTEMPTS_MAX ? "Reject" : "Retry";
    }
  }

  private followUp(named: ReadonlyArray<number>, key: string | undefined, { done }: Observation): void {
    const allLive = named.every((n) => this.lives(n));
    expect(done).toEqual([allLive]);
    if (allLive) {
      for (const n of named) this.leave(this.of(n), "acked");
      this.enqueue(key, 0);
    } else this.messages += 1; // its number was used, though it never came in
  }

  private unblock({ target, decision }: Extract<Command, { readonly do: "unblock" }>, count: number | undefined): void {
    const [delivery] = typeof target === "object" && "delivery" in target ? this.named([target.delivery]) : [];
    if (typeof target === "object" && "delivery" in target && delivery === undefined) return;
    const freed = this.line.filter((message) => {
      if (message.place !== "blocked" && message.place !== "halting") return false;
      if (target === "all") return true;
      if (target === "queue") return message.place === "halting";
      if ("key" in target) return message.place === "blocked" && message.key === target.key;
      return delivery !== undefined && message === this.of(delivery);
    });
    expect(count).toBe(freed.length);
    for (const message of freed) {
      if (decision === "retry") {
        message.failures = 0;
        message.dueMs = 0;
        message.place = "queue";
      } else this.leave(message, decision === "skip" ? "purged" : "dead");
    }
  }

  private purge(
    { followersOf, limit }: Extract<Command, { readonly do: "purge" }>,
    { count, more }: Observation,
  ): void {
    const all =
      followersOf === undefined
        ? this.line.filter(({ place }) => place === "queue")
        : this.line.filter((message) => message.key === followersOf && message.joined && isIn(message)).slice(1);
    const purged = all.slice(0, limit);
    for (const message of purged) this.leave(message, "purged");
    expect({ count, more }).toEqual({ count: purged.length, more: purged.length < all.length });
  }

  private redrive(numbers: ReadonlyArray<number>, count: number | undefined): void {
    let redriven = 0;
    for (const number of numbers) {
      const message = this.line.find((other) => other.number === number && other.place === "dead");
      if (message === undefined) continue;
      this.line = [...this.line.filter((other) => other !== message), message];
      message.place = "queue";
      message.failures = 0;
      message.dueMs = 0;
      message.suspicion = 0;
      message.returned = 0;
      message.beginsUntilMs = Number.POSITIVE_INFINITY;
      message.enqueuedAtMs = this.nowMs;
      redriven += 1;
    }
    expect(count).toBe(redriven);
  }

  private fail(message: Message, place: "queue" | "dead"): void {
    message.failures += 1;
    message.suspicion = 0;
    message.returned = 0;
    if (message.failures >= ATTEMPTS_MAX) this.leave(message, "dead");
    else message.place = place;
  }

  /** It is gone for good: so is what its dedupe id stood for, if that had no other end. */
  private leave(message: Message, place: "acked" | "dead" | "purged"): void {
    message.place = place;
    for (const [id, { number, untilMs }] of this.dedupes)
      if (number === message.number && untilMs === Number.POSITIVE_INFINITY) this.dedupes.delete(id);
  }

  private isHead(message: Message): boolean {
    if (message.place !== "queue" || !message.joined) return false;
    const { key } = message;
    return key === undefined || message === this.line.find((other) => other.key === key && other.joined && isIn(other));
  }

  private halted(): boolean {
    return this.line.some(({ place }) => place === "halting");
  }

  private named(numbers: ReadonlyArray<number>): ReadonlyArray<number> {
    return deliveriesNamed(numbers, this.deliveries.length);
  }

  private of(delivery: number): Message {
    const message = this.deliveries[delivery];
    if (message === undefined) throw new Error(`there was no delivery ${delivery}`);
    return message;
  }

  private lives(delivery: number): boolean {
    const message = this.of(delivery);
    return message.place === "leased" && message.delivery === delivery;
  }

  private stats(): QueueStats {
    const count = (which: (message: Message) => boolean): number => this.line.filter(which).length;
    const at = (place: Place): number => count((message) => message.place === place);
    const ready = count((message) => this.isReady(message));
    const delayed = count((message) => {
      const isDelayed = message.place === "queue" && message.dueMs > this.nowMs;
      return isDelayed && (!message.joined || this.isHead(message));
    });
    return {
      enqueued: this.line.length,
      ready,
      delayed,
      waiting: at("queue") - ready - delayed,
      leased: at("leased"),
      blocked: at("blocked") + at("halting"),
      acked: at("acked"),
      dead: at("dead"),
      purged: at("purged"),
      paused: this.paused,
      halted: this.halted(),
    };
  }
}

/** Whether a message holds back those of its key that came after it. */
const isIn = ({ place }: Message): boolean => place !== "dead" && place !== "acked" && place !== "purged";
