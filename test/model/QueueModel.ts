/**
 * A queue as simple as it can be said: a list of messages in the order of their (re-)enqueueing, each in one place. It does
 * not know which of several ready messages comes first; it knows exactly which may come, which tokens live, how often a
 * message failed, and every count.
 */
import { expect } from "vitest";
import type { QueueStats } from "../../src/store/Operations.js";
import { ATTEMPTS_MAX, type Command, DEDUPE_MS, type Ending, RETRY_DELAY_MS } from "./Command.js";
import { deliveriesNamed, type Observation, type Seen } from "./Player.js";

type Place = "queue" | "leased" | "blocked" | "halting" | "dead" | "acked" | "purged";

interface Message {
  readonly number: number;
  readonly key: string | undefined;
  readonly firstEnqueuedAtMs: number;
  enqueuedAtMs: number;
  place: Place;
  failures: number;
  dueMs: number;
  leasedUntilMs: number;
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
    switch (command.do) {
      case "enqueue":
        expect(observation.enqueued).toEqual(Array.from({ length: command.count }, () => this.enqueueOnce(command)));
        break;
      case "lease":
        this.lease(command, observation.leased);
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
        for (const n of named) if (this.lives(n)) this.of(n).leasedUntilMs = this.nowMs + command.leaseMs;
        break;
      }
      case "advance":
        this.nowMs += command.ms;
        break;
      case "unblock":
        this.unblock(command, observation.count);
        break;
      case "redrive":
        this.redrive(command.messages, observation.count);
        break;
      case "purge": {
        const purged = this.line.filter(({ place }) => place === "queue");
        for (const message of purged) message.place = "purged";
        expect(observation.count).toBe(purged.length);
        break;
      }
      case "pause":
        this.paused = command.paused;
        break;
    }
    expect(observation.stats).toEqual(this.stats());
  }

  private enqueueOnce({
    key,
    delayMs,
    dedupeId,
  }: Extract<Command, { readonly do: "enqueue" }>): readonly [number, boolean] {
    const seen = this.dedupes.get(dedupeId ?? "");
    if (dedupeId === undefined || seen === undefined || seen.untilMs <= this.nowMs) {
      if (dedupeId !== undefined)
        this.dedupes.set(dedupeId, { number: this.messages, untilMs: this.nowMs + DEDUPE_MS });
      this.enqueue(key, delayMs);
      return [this.messages - 1, false];
    }
    this.messages += 1; // its number was used
    return [seen.number, true];
  }

  private enqueue(key: string | undefined, delayMs: number): void {
    this.line.push({
      number: this.messages++,
      key,
      firstEnqueuedAtMs: this.nowMs,
      enqueuedAtMs: this.nowMs,
      place: "queue",
      failures: 0,
      dueMs: this.nowMs + delayMs,
      leasedUntilMs: 0,
      delivery: -1,
    });
  }

  private lease({ max, leaseMs }: Extract<Command, { readonly do: "lease" }>, leased: ReadonlyArray<Seen>): void {
    if (this.paused || this.halted()) {
      expect(leased).toEqual([]);
      return;
    }
    for (const message of this.line)
      if (message.place === "leased" && message.leasedUntilMs <= this.nowMs) this.fail(message, "queue");
    const ready = this.line.filter((message) => this.isHead(message) && message.dueMs <= this.nowMs);
    expect(leased.length).toBe(Math.min(max, ready.length));
    for (const { message: number, ...seen } of leased) {
      const message = ready.find((other) => other.number === number && other.place === "queue");
      expect(message, `message ${number} was leased and may not be`).toBeDefined();
      if (message === undefined) continue;
      const { key, enqueuedAtMs, firstEnqueuedAtMs, failures } = message;
      expect(seen).toEqual({ key, enqueuedAtMs, firstEnqueuedAtMs, attempt: failures + 1, leasedAtMs: this.nowMs });
      message.place = "leased";
      message.leasedUntilMs = this.nowMs + leaseMs;
      message.delivery = this.deliveries.length;
      this.deliveries.push(message);
    }
  }

  private settle(named: ReadonlyArray<number>, ending: Ending, { done, performed }: Observation): void {
    expect(done).toEqual(named.map((n) => this.lives(n)));
    const expected = named.filter((n) => this.lives(n)).map((n) => this.end(this.of(n), ending));
    expect(performed).toEqual(expected);
  }

  private end(message: Message, ending: Ending): string {
    switch (ending) {
      case "ack":
        message.place = "acked";
        return "Ack";
      case "release":
        message.place = "queue";
        return "Release";
      case "reject":
        this.fail(message, "dead");
        return "Reject";
      case "block key":
      case "block queue":
        message.failures += 1;
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
      for (const n of named) this.of(n).place = "acked";
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
      } else message.place = decision === "skip" ? "purged" : "dead";
    }
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
      message.enqueuedAtMs = this.nowMs;
      redriven += 1;
    }
    expect(count).toBe(redriven);
  }

  private fail(message: Message, place: "queue" | "dead"): void {
    message.failures += 1;
    message.place = message.failures >= ATTEMPTS_MAX ? "dead" : place;
  }

  private isHead(message: Message): boolean {
    if (message.place !== "queue") return false;
    return message.key === undefined || message === this.line.find((other) => other.key === message.key && isIn(other));
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
    const ready = count((message) => this.isHead(message) && message.dueMs <= this.nowMs);
    const delayed = count((message) => this.isHead(message) && message.dueMs > this.nowMs);
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
