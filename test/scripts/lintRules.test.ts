/** The lint rules that the guide gives, run as a user would configure them. */
import { readFileSync } from "node:fs";
import { ESLint } from "eslint";
import ts from "typescript-eslint";
import { describe, expect, it } from "vitest";

const FILE = "test/types/awaiting.ts";

describe("the lint rules of the guide", () => {
  it("catch an Effect that nobody awaits, and an await that runs nothing", { timeout: 120_000 }, async () => {
    const eslint = new ESLint({
      overrideConfigFile: true,
      allowInlineConfig: false,
      overrideConfig: [
        {
          files: ["**/*.ts"],
          plugins: { "@typescript-eslint": ts.plugin },
          languageOptions: { parser: ts.parser, parserOptions: { projectService: true } },
          rules: {
            "@typescript-eslint/no-floating-promises": ["error", { checkThenables: true }],
            "@typescript-eslint/await-thenable": "error",
          },
        },
      ],
    });
    const [result] = await eslint.lintFiles([FILE]);
    const found = result?.messages.map(({ line, ruleId }) => `${line} ${ruleId?.split("/")[1]}`);
    const expected = readFileSync(FILE, "utf8")
      .split("\n")
      .flatMap((text, i) => {
        const rule = /; \/\/ ([a-z-]+)$/.exec(text)?.[1];
        return rule === undefined ? [] : [`${i + 1} ${rule}`];
      });
    expect(expected).toHaveLength(7);
    expect(found).toEqual(expected);
  });
});
