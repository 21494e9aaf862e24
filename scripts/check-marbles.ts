/** Every diagram in marbles/ is quoted by its module and executed by a test, and every operator has one. See support/marbles.ts. */

import { existsSync, readFileSync } from "node:fs";
import { drawDiagram, drawingOf, parseDiagram } from "./render-marbles.js";
import { fencesOfComments } from "./support/fences.js";
import { filesBelow, filesIn, inRoot } from "./support/files.js";
import { differenceFrom, readMarble } from "./support/marbles.js";
import { report } from "./support/report.js";

const read = (path: string): string => readFileSync(inRoot(path), "utf8");
const textBlocks = (module: string): ReadonlyArray<string> =>
  fencesOfComments(read(module)).flatMap(({ info, text }) => (info === "text" ? [text] : []));

const marbles = filesIn(inRoot("marbles"), ".txt").map((file) =>
  readMarble(file.slice(0, -4), read(`marbles/${file}`)),
);
const tests = filesBelow(inRoot("test/marbles"), ".ts")
  .map((file) => read(`test/marbles/${file}`))
  .join("\n");

const problems: Array<string> = [];
for (const { name, module, diagram } of marbles) {
  const fail = (problem: string): void => void problems.push(`marbles/${name}.txt: ${problem}`);
  if (module === undefined) fail("its first line names no module, as in `% src/operators/batch.ts`");
  else if (!existsSync(inRoot(module))) fail(`there is no ${module}`);
  else {
    const difference = differenceFrom(diagram, textBlocks(module));
    if (difference !== undefined) fail(`not quoted by ${module} (- diagram, + doc comment)\n${difference}`);
  }
  if (!new RegExp(`\\b${name}\\b`).test(tests)) fail("no test in test/marbles/ names it, so nothing executes it");
  try {
    await parseDiagram(diagram);
    const drawing = await drawDiagram(diagram);
    const stored = existsSync(drawingOf(name)) ? readFileSync(drawingOf(name), "utf8") : undefined;
    if (drawing !== stored) fail(`docs/marbles/${name}.svg is not its drawing: npm run docs:marbles`);
  } catch (error) {
    fail(`Swirly cannot read it: ${String(error)}`);
  }
}

for (const file of filesIn(inRoot("src/operators"), ".ts")) {
  const name = file.slice(0, -3);
  const isOperator = new RegExp(`^export (?:const|function) ${name}\\b`, "m").test(read(`src/operators/${file}`));
  const isInternal = /^\s*(?:\/\*)?\*+\s*@internal\b/m.test(read(`src/operators/${file}`));
  if (!isOperator || isInternal || marbles.some(({ module }) => module === `src/operators/${file}`)) continue;
  problems.push(
    `src/operators/${file}: no diagram in marbles/ names it (an operator that is not exported says @internal)`,
  );
}
report("check-marbles", problems, `${marbles.length} diagrams`);
