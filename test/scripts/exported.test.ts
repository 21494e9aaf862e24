import { describe, expect, it } from "vitest";
import { checkEntries, checkOperators, type OperatorFile, type Published } from "../../scripts/support/exported.js";

const published: Published = {
  exports: {
    ".": { types: "./dist/entries/index.d.ts", default: "./dist/entries/index.js" },
    "./memory": { types: "./dist/entries/memory.d.ts", default: "./dist/entries/memory.js" },
    "./package.json": "./package.json",
  },
  files: ["index.ts", "memory.ts"],
  paths: { sluice: ["./src/entries/index.ts"], "sluice/*": ["./src/entries/*.ts"] },
  aliases: [
    { find: /^sluice$/, replacement: "/project/src/entries/index.ts" },
    { find: /^sluice\/([a-z]+)$/, replacement: "/project/src/entries/$1.ts" },
  ],
};
const { exports } = published;
const memory = { types: "./dist/entries/memory.d.ts", default: "./dist/entries/memory.js" };

describe("checkEntries", () => {
  it("passes entries that all say the same", () => {
    expect(checkEntries(published)).toEqual([]);
  });

  it.each<[string, Partial<Published>, string]>([
    [
      "a file that is not published",
      { files: ["index.ts", "memory.ts", "extra.ts"] },
      "src/entries/extra.ts is not exported",
    ],
    ["an export without its file", { files: ["index.ts"] }, "there is no src/entries/memory.ts"],
    [
      "types of another entry",
      { exports: { ...exports, "./memory": { ...memory, types: "./dist/entries/index.d.ts" } } },
      'the types of "./memory" are not dist/entries/memory.d.ts',
    ],
    [
      "an export without types",
      { exports: { ...exports, "./memory": memory.default } },
      'the types of "./memory" are not',
    ],
    [
      "code of another entry",
      { exports: { ...exports, "./memory": { ...memory, default: "./dist/entries/index.js" } } },
      '"./memory" does not lead to dist/entries/memory.js',
    ],
    [
      "a name that tsc does not find",
      { paths: { sluice: ["./src/entries/index.ts"] } },
      'tsconfig.json: "sluice/memory"',
    ],
    [
      "a name that tsc finds elsewhere",
      { paths: { ...published.paths, sluice: ["./src/index.ts"] } },
      'tsconfig.json: "sluice" does not lead',
    ],
    [
      "a name that vitest does not find",
      { aliases: published.aliases.slice(0, 1) },
      'vitest.config.ts: "sluice/memory"',
    ],
    [
      "a name that vitest finds elsewhere",
      { aliases: [{ find: /^sluice/, replacement: "/project/dist/entries/index.ts" }] },
      'vitest.config.ts: "sluice" does not lead',
    ],
  ])("refuses %s", (_, change, problem) => {
    expect(checkEntries({ ...published, ...change }).join("\n")).toContain(problem);
  });
});

const operators: ReadonlyArray<OperatorFile> = [
  { name: "batch.ts", text: "/** Gathers. */\nexport const batch = 1;" },
  { name: "share.ts", text: "/**\n * Shares.\n *\n * @internal\n */\nexport const share = 1;" },
];
const entry = `export { type BatchOptions, batch } from "../operators/batch.js";
export type { Work } from "../operators/internal/Work.js";
export { queue } from "../queue/makeQueue.js";
`;

describe("checkOperators", () => {
  it("passes operators that are exported, and those that say that they are internal", () => {
    expect(checkOperators(operators, entry)).toEqual([]);
  });

  it.each<[string, ReadonlyArray<OperatorFile>, string, string]>([
    [
      "an operator that nobody exports",
      [...operators, { name: "skip.ts", text: "export const skip = 1;" }],
      entry,
      "skip.ts is neither",
    ],
    ["one of which only types are exported", operators, entry.replace(", batch }", " }"), "batch.ts is neither"],
    [
      "one whose list of exports is of types",
      operators,
      entry.replace("export {", "export type {"),
      "batch.ts is neither",
    ],
    [
      "one that is exported and internal",
      operators,
      `${entry}export { share } from "../operators/share.js";`,
      "share.ts is exported though it says @internal",
    ],
    [
      "an export that has no file",
      operators,
      `${entry}export { gone } from "../operators/gone.js";`,
      "exports from src/operators/gone.ts, which is not there",
    ],
    [
      "two operators in one file",
      operators,
      entry.replace(", batch", ", batch, unbatch"),
      "exports unbatch from src/operators/batch.ts",
    ],
    [
      "a module that is no operator",
      [...operators, { name: "Window.ts", text: "export class Window {}" }],
      entry,
      "belongs into internal/",
    ],
  ])("refuses %s", (_, files, text, problem) => {
    expect(checkOperators(files, text).join("\n")).toContain(problem);
  });
});
