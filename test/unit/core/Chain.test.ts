import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { Chain, type Linked } from "../../../src/core/Chain.js";

class Link implements Linked<Link> {
  before: Link | undefined = undefined;
  after: Link | undefined = undefined;
  constructor(readonly name: number) {}
}

const namesOf = (chain: Chain<Link>): ReadonlyArray<number> => {
  const names: Array<number> = [];
  for (let link = chain.head; link !== undefined; link = link.after) names.push(link.name);
  return names;
};

describe("Chain", () => {
  it("gives its entries in their order", () => {
    const chain = new Chain<Link>();
    for (const name of [1, 2, 3]) chain.push(new Link(name));
    expect([chain.shift()?.name, chain.shift()?.name, chain.shift()?.name, chain.shift()]).toStrictEqual([
      1,
      2,
      3,
      undefined,
    ]);
    expect(chain.head).toBeUndefined();
  });

  it("tells how many they are, and all of them while they leave", () => {
    const chain = new Chain<Link>();
    for (const name of [1, 2, 3]) chain.push(new Link(name));
    expect(chain.size).toBe(3);
    const left: Array<number> = [];
    for (const link of chain.all()) {
      chain.remove(link);
      left.push(link.name);
    }
    expect([left, chain.size, chain.all()]).toStrictEqual([[1, 2, 3], 0, []]);
    expect([chain.shift(), chain.size]).toStrictEqual([undefined, 0]);
  });

  it("takes an entry again that it gave", () => {
    const chain = new Chain<Link>();
    const link = new Link(1);
    for (let i = 0; i < 3; i++) {
      chain.push(link);
      expect(chain.shift()).toBe(link);
    }
    expect(namesOf(chain)).toStrictEqual([]);
  });

  test.prop([fc.array(fc.nat({ max: 30 }), { maxLength: 200 })])(
    "is an array from which entries leave anywhere: a name adds it, or takes it out",
    (names) => {
      const chain = new Chain<Link>();
      const links = new Map<number, Link>();
      const model: Array<number> = [];
      for (const name of names) {
        const link = links.get(name);
        if (link === undefined) {
          const added = new Link(name);
          links.set(name, added);
          chain.push(added);
          model.push(name);
        } else {
          links.delete(name);
          chain.remove(link);
          model.splice(model.indexOf(name), 1);
          expect([link.before, link.after]).toStrictEqual([undefined, undefined]);
        }
        expect(namesOf(chain)).toStrictEqual(model);
      }
    },
  );
});
