/** Draws marbles/*.txt as docs/marbles/*.svg: `npm run docs:marbles`. */

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { filesIn, inRoot } from "./support/files.js";
import { readMarble } from "./support/marbles.js";

// The declarations of Swirly import a package that it does not depend on, so they are not used.
interface Parser {
  readonly parseMarbleDiagramSpecification: (diagram: string) => unknown;
}
interface Renderer {
  readonly renderMarbleDiagram: (specification: unknown) => { readonly xml: string };
}
const load = async <A>(name: string): Promise<A> => (await import(name)) as A;

export const parseDiagram = async (diagram: string): Promise<unknown> =>
  (await load<Parser>("@swirly/parser")).parseMarbleDiagramSpecification(diagram);

/** Swirly draws `50ms` as four marbles. */
const hasTimeProgression = (diagram: string): boolean => /^[^>]*(?:^|\s)\d+(?:ms|s|m)(?:\s|$)/m.test(diagram);

const TITLE_FONT_SIZE = 16;
const CHARACTER_WIDTH = 10;

/** The diagram as it is drawn: marbles bear their letters, since whole values fit in no circle, and the operator fits its box. */
const drawable = (diagram: string): string => {
  const lines = diagram.split("\n").filter((line) => !/^\w+ := /.test(line));
  const frames = Math.max(...lines.filter((line) => /^[-\w()#|]+$/.test(line)).map((line) => line.length));
  const title = lines.find((line) => line.startsWith(">")) ?? "";
  const frameWidth = Math.ceil(Math.max(30, (title.length * CHARACTER_WIDTH) / frames));
  return [
    "[styles]",
    `frame_width = ${frameWidth}`,
    "event_radius = 14",
    "operator_height = 36",
    `operator_title_font_size = ${TITLE_FONT_SIZE}`,
    "stacking_height = 30",
    "",
    ...lines,
  ].join("\n");
};

/** The drawing of one diagram, or undefined where Swirly cannot draw it. */
export const drawDiagram = async (diagram: string): Promise<string | undefined> =>
  hasTimeProgression(diagram)
    ? undefined
    : (await load<Renderer>("@swirly/renderer-node")).renderMarbleDiagram(await parseDiagram(drawable(diagram))).xml;

/** Where the drawing of a diagram stands, for the README. */
export const drawingOf = (name: string): string => inRoot("docs/marbles", `${name}.svg`);

const render = async (): Promise<void> => {
  mkdirSync(inRoot("docs/marbles"), { recursive: true });
  for (const file of filesIn(inRoot("marbles"), ".txt")) {
    const { name, diagram } = readMarble(file.slice(0, -4), readFileSync(inRoot("marbles", file), "utf8"));
    const drawing = await drawDiagram(diagram);
    if (drawing === undefined)
      console.error(`marbles/${file}: not drawn, Swirly knows no time progression such as 50ms`);
    else writeFileSync(drawingOf(name), drawing);
  }
};

if (process.argv[1] === import.meta.filename) await render();
