/** The suite of queue stores under test: a sound one passes, one that breaks its word fails a named case, and every case can fail. */
import { AssertionError } from "node:assert/strict";
import { describe, expect, it } from "vitest";
import { queueStore } from "../../../../../src/entries/broker.js";
import { type QueueStoreMaker, queueStoreCases, runCase } from "../../../../../src/entries/testing.js";
import { sound } from "../broken/faults.js";
import { makers, proofs } from "./broken.js";

const capabilities = {
  durable: false,
  shared: true,
  virtualTime: true,
  hints: true,
  settlesWhenFull: true,
  exactBytes: true,
};
const play = async (make: QueueStoreMaker, name: string): Promise<void> => {
  const found = queueStoreCases(make).find((each) => each.name === name);
  if (found === undefined) throw new Error(`there is no case "${name}"`);
  await runCase(found, sound, capabilities);
};
const names = queueStoreCases(queueStore).map(({ name }) => name);

describe("the queue store of a broker, seen by several processes, passes", () => {
  it.each(names)("%s", async (name) => {
    await play(queueStore, name);
  });
});

describe.each(Object.entries(makers))("a queue store that %s fails", (fault, make) => {
  it.each(proofs[fault] ?? [])("%s", async (name) => {
    await expect(play(make, name)).rejects.toThrow(AssertionError);
  });
});

describe("the suite of queue stores", () => {
  it("has a broken queue store for each of its cases, and a case for each broken one", () => {
    expect(new Set(Object.values(proofs).flat())).toEqual(new Set(names));
    expect(Object.keys(proofs).sort()).toEqual(Object.keys(makers).sort());
    for (const cases of Object.values(proofs)) expect(cases).not.toEqual([]);
  });

  it("names each of its cases once", () => {
    expect(new Set(names).size).toBe(names.length);
  });
});
