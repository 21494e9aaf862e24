import { describe, expect, it } from "vitest";
import { fencesOfComments, fencesOfMarkdown } from "../../scripts/support/fences.js";
import { differenceFrom, legendOf, readMarble } from "../../scripts/support/marbles.js";
import { anchorsOf, linksOf } from "../../scripts/support/pages.js";

const source = `
/**
 * Collects.
 *
 * \`\`\`text
 * -a-b-|
 *
 * > batch()
 * \`\`\`
 *
 * @example
 * \`\`\`ts
 * if (true) {
 *   run();
 * }
 * \`\`\`
 */
export const batch = 1;
`;

describe("fences", () => {
  it("are found in doc comments, without the stars and with their lines", () => {
    expect(fencesOfComments(source)).toEqual([
      { info: "text", text: "-a-b-|\n\n> batch()", line: 6 },
      { info: "ts", text: "if (true) {\n  run();\n}", line: 13 },
    ]);
  });

  it("are found in Markdown, those within a longer fence left alone", () => {
    expect(fencesOfMarkdown("# A\n\n````md\n```ts\nx\n```\n````\n\n```ts no-run\ny\n```\n")).toEqual([
      { info: "md", text: "```ts\nx\n```", line: 4 },
      { info: "ts no-run", text: "y", line: 10 },
    ]);
  });
});

describe("a marble diagram", () => {
  const marble = readMarble("batch", "% src/operators/batch.ts\n\n-a-b-|\n\n> batch()\n");

  it("names its module on the first line", () => {
    expect(marble).toEqual({ name: "batch", module: "src/operators/batch.ts", diagram: "-a-b-|\n\n> batch()" });
  });

  it("equals one block of the module, or the difference to the nearest is told", () => {
    const blocks = fencesOfComments(source).map(({ text }) => text);
    expect(differenceFrom(marble.diagram, blocks)).toBeUndefined();
    expect(differenceFrom("-a---|\n\n> batch()", blocks)).toBe("- -a---|\n+ -a-b-|");
    expect(differenceFrom("-a-|", [])).toBe("- -a-|");
  });
});

describe("the legend of a diagram", () => {
  it("is what its letters stand for, in order, and nothing else", () => {
    expect(legendOf("-a-b-|\na := one\n\n> batch({ by: x })\n\n--x|\nx := [a,b]\ntitle = out")).toEqual([
      "a = one",
      "x = [a,b]",
    ]);
  });
});

describe("the links of a page", () => {
  it("are found in its text with their lines, and not in its code", () => {
    const text = '[a](a.md#x) ![b](b.svg)\n```md\n[c](c.md)\n```\n`[d](d.md)` [e](#f)\n<img src="g.svg">\n';
    expect(linksOf(text)).toEqual([
      { target: "a.md#x", line: 1 },
      { target: "b.svg", line: 1 },
      { target: "#f", line: 5 },
      { target: "g.svg", line: 6 },
    ]);
  });

  it("lead to the anchors that GitHub makes of headings", () => {
    const text = "# On Redis: `info`, twice\n## Rights\n```sh\n# no heading\n```\n### Rights\n";
    expect([...anchorsOf(text)]).toEqual(["on-redis-info-twice", "rights", "rights-1"]);
  });
});
