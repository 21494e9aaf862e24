/** Identifiers: UUIDv7, so that they sort by the time they were made, also within one millisecond. */
import { randomFillSync } from "node:crypto";
import { v7 } from "uuid";
import { systemScheduler } from "./Clock.js";
import { randomOf } from "./Random.js";

/** Fills the last bytes of an id with random numbers. */
type Draw = (into: Uint8Array) => void;

const RANDOM_BYTES = 10;
const RANDOM_FROM = 16 - RANDOM_BYTES;

// A call of the system's generator takes 2.7 µs however few bytes it fills, so 256 ids share one call.
const systemDraw = (): Draw => {
  const pool = new Uint8Array(RANDOM_BYTES * 256);
  let used = pool.length;
  return (into) => {
    if (used === pool.length) {
      randomFillSync(pool);
      used = 0;
    }
    for (let i = RANDOM_FROM; i < 16; i++) into[i] = pool[used++] ?? 0;
  };
};

const seededDraw = (seed: string): Draw => {
  const random = randomOf(seed);
  return (into) => {
    for (let i = RANDOM_FROM; i < 16; i++) into[i] = random() * 256;
  };
};

// The text is written into a buffer: a string made of pieces would be put together, and copied, by whoever reads it first.
const bytes = new Uint8Array(16);
const text = Buffer.alloc(36, "-");
const places = Uint8Array.from([0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34]);
const digits = Buffer.from("0123456789abcdef");
const textOf = (id: Uint8Array): string => {
  for (let i = 0; i < 16; i++) {
    const byte = id[i] ?? 0;
    const place = places[i] ?? 0;
    text[place] = digits[byte >> 4] ?? 0;
    text[place + 1] = digits[byte & 15] ?? 0;
  }
  return text.toString("latin1");
};

const idMaker = (now: () => number, draw: Draw): (() => string) => {
  // Of 16 random bytes the library `uuid` reads the last six, and we read the four before them, for the sequence.
  const random = new Uint8Array(16);
  const sequenceOf = new DataView(random.buffer, RANDOM_FROM);
  let lastMs = -1;
  let sequence = 0;
  return () => {
    const nowMs = Math.floor(now());
    draw(random);
    if (nowMs > lastMs) {
      lastMs = nowMs;
      // 31 random bits leave as many ids again before the 32 bits of the sequence are used up.
      sequence = sequenceOf.getUint32(0) >>> 1;
    } else sequence += 1;
    return textOf(v7({ random, msecs: lastMs, seq: sequence }, bytes));
  };
};

/** A new UUIDv7 in lower case; unique, and greater than every one that this process made before. */
export const newId: () => string = idMaker(() => systemScheduler.now(), systemDraw());

/** Ids for virtual time: the same seed on the same clock makes the same ids again. Not unique beyond that. */
export const replayableIds = (seed: string, now: () => number): (() => string) =>
  idMaker(() => Math.max(0, now()), seededDraw(seed));
