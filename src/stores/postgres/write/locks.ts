/**
 * The locks under which a call does what has an order: each is a number, and a call takes its own in rising order. What needs a lock has a
 * stripe of 128, since the server's table of locks has no room for one of each key.
 */

const STRIPES = 128;

/** Where the stripes of each kind begin. Below them there is room for single locks. */
const BASES = { key: 128, stream: 256, record: 384, dedupe: 512 } as const;

/** The lock of a call that trims the log. Number 2 is that of a call that adds tallies: see `sql/0001/96-tidy.sql`. */
export const TRIMMING = 1;

/** What a lock may be for. */
export type Locked = keyof typeof BASES;

/** Every stripe of keys: for calls that find out only under the lock which keys they are about. */
export const allKeyLocks: ReadonlyArray<number> = Array.from({ length: STRIPES }, (_, stripe) => BASES.key + stripe);

/** FNV-1a over the UTF-16 units. */
const hashOf = (text: string): number => {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
};

/** The lock of what has this name. */
export const lockOf = (kind: Locked, name: string): number => BASES[kind] + (hashOf(name) % STRIPES);

/** The lock of a key of a queue. */
export const keyLock = (queue: string, key: string): number => lockOf("key", `${queue} ${key}`);
