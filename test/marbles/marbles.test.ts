import { isObservable } from "rxjs";
import { describe, expect, it } from "vitest";
import { marbles } from "../support/marbles.js";
import { parseDiagram, readDiagrams } from "./diagram.js";
import { stageOf } from "./stage.js";
import { table } from "./table.js";

const diagrams = readDiagrams();

describe("the diagrams in marbles/", () => {
  it("are the ones in the table", () => {
    expect(diagrams.map(({ name }) => name)).toStrictEqual(Object.keys(table).sort());
  });

  it.each(diagrams)("happen as drawn: $name", (diagram) => {
    const entry = table[diagram.name];
    if (entry === undefined) throw new Error(`marbles/${diagram.name}.txt has no entry in test/marbles/table.ts`);
    expect(entry.operator).toBe(diagram.operator);
    marbles((m) => {
      const told = entry.run(stageOf(m, diagram));
      const streams = isObservable(told) ? { "": told } : told;
      expect(Object.keys(streams).sort()).toStrictEqual(diagram.outputs.map(({ title }) => title).sort());
      for (const { title, marbles: drawn, values } of diagram.outputs) {
        const stream = streams[title];
        if (stream !== undefined) m.expect(stream).toBeObservable(drawn, values);
      }
    })();
  });
});

describe("the reader of diagrams", () => {
  it("reads inputs, operator and outputs, with values and titles", () => {
    const text = "-a-b-|\na := one\n\n% a comment\n\n> f()\n\n  a-|\n\n-c\nc := two words\ntitle = settled\n";
    expect(parseDiagram("x", text)).toStrictEqual({
      name: "x",
      inputs: [{ marbles: "-a-b-|", values: { a: "one", b: "b" }, title: "" }],
      operator: "f()",
      outputs: [
        { marbles: "--a-|", values: { a: "a" }, title: "" },
        { marbles: "-c", values: { c: "two words" }, title: "settled" },
      ],
    });
  });

  it("keeps the blanks around times", () => {
    expect(parseDiagram("x", "> f()\n\n50ms a 9s |").outputs).toStrictEqual([
      { marbles: "50ms a 9s |", values: { a: "a" }, title: "" },
    ]);
  });

  it.each([
    ["a diagram without an operator", "-a-|\n\n-a-|"],
    ["a diagram with two", "> f()\n\n> g()"],
    ["a value that no marble has", "-a-|\nb := 1\n\n> f()"],
    ["a line that is neither", "-a-|\nb ~ 1\n\n> f()"],
  ])("refuses %s", (_, text) => {
    expect(() => parseDiagram("x", text)).toThrow();
  });
});
