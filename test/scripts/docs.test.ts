import { describe, expect, it } from "vitest";
import { fencesOfComments, fencesOfMarkdown } from "../../scripts/support/fences.js";
import { differenceFrom, readMarble } from "../../scripts/support/marbles.js";

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
