/** The suite itself under test: a store that breaks its word fails a named case, and every case can fail. */
import { AssertionError } from "node:assert/strict";
import { describe, expect, it } from "vitest";
import { conformanceCases } from "../../../../src/testing/conformance/cases.js";
import { applies, runCase } from "../../../../src/testing/conformance/runCase.js";
import { faults, sound } from "./broken/faults.js";
import { proofs } from "./broken/proofs.js";

const capabilities = {
  durable: false,
  shared: true,
  virtualTime: true,
  hints: true,
  settlesWhenFull: true,
  exactBytes: true,
};
const caseOf = (name: string): (typeof conformanceCases)[number] => {
  const found = conformanceCases.find((each) => each.name === name);
  if (found === undefined) throw new Error(`there is no case "${name}"`);
  return found;
};

describe("a sound store, seen by several processes, passes", () => {
  it.each(conformanceCases.map(({ name }) => name))("%s", async (name) => {
    await runCase(caseOf(name), sound, capabilities);
  });
});

describe.each(Object.entries(faults))("a store that %s fails", (fault, factory) => {
  it.each(proofs[fault] ?? [])("%s", async (name) => {
    await expect(runCase(caseOf(name), factory, capabilities)).rejects.toThrow(AssertionError);
  });
});

describe("the suite", () => {
  it("has a broken store for each of its cases, and a case for each broken store", () => {
    expect(new Set(Object.values(proofs).flat())).toEqual(new Set(conformanceCases.map(({ name }) => name)));
    expect(Object.keys(proofs).sort()).toEqual(Object.keys(faults).sort());
    for (const cases of Object.values(proofs)) expect(cases).not.toEqual([]);
  });

  it("names each of its cases once", () => {
    expect(new Set(conformanceCases.map(({ name }) => name)).size).toBe(conformanceCases.length);
  });

  it("puts a case only to stores that can do what it needs", () => {
    const shared = conformanceCases.filter(({ needs }) => needs.shared === true);
    expect(shared.length).toBeGreaterThan(0);
    for (const each of shared) {
      expect(
        applies(each, {
          durable: false,
          shared: false,
          virtualTime: true,
          hints: true,
          settlesWhenFull: true,
          exactBytes: true,
        }),
      ).toBe(false);
      expect(
        applies(each, {
          durable: true,
          shared: true,
          virtualTime: false,
          hints: true,
          settlesWhenFull: true,
          exactBytes: true,
        }),
      ).toBe(true);
    }
  });

  it("asks for a second handle where a store says that it is shared", async () => {
    const [each] = conformanceCases.filter(({ needs }) => needs.shared === true);
    const alone: typeof sound = async (surroundings) => ({ store: (await sound(surroundings)).store });
    await expect(runCase(each!, alone, capabilities)).rejects.toThrow(/`another` handle/);
  });
});
