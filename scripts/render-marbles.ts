/** Draws marbles/*.txt as docs/marbles/*.svg: `npm run docs:marbles`. */

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { filesIn, inRoot } from "./support/files.js";
import { legendOf, readMarble } from "./support/marbles.js";

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

const LEGEND_FONT_SIZE = 15;
const LEGEND_LINE_HEIGHT = 22;
const LEGEND_CHARACTER_WIDTH = 8;
const MARGIN = 25;

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** The drawing with what its letters stand for below it: a circle has room for a letter and no more. */
const withLegend = (xml: string, legend: ReadonlyArray<string>): string => {
  const size = /width="([\d.]+)" height="([\d.]+)"/.exec(xml);
  if (size === null) throw new Error("Swirly's drawing does not say its size");
  if (legend.length === 0) return xml;
  const [drawnWidth, drawnHeight] = [Number(size[1]), Number(size[2])];
  const longest = Math.max(...legend.map((line) => line.length));
  const width = Math.max(drawnWidth, Math.ceil(longest * LEGEND_CHARACTER_WIDTH + 2 * MARGIN));
  const height = drawnHeight + legend.length * LEGEND_LINE_HEIGHT + LEGEND_LINE_HEIGHT / 2;
  const lines = legend.map((line, i) => {
    const y = drawnHeight + i * LEGEND_LINE_HEIGHT + LEGEND_LINE_HEIGHT / 2;
    return `<text x="${MARGIN}" y="${y}" fill="black" font-family="Arial, Helvetica, sans-serif" font-size="${LEGEND_FONT_SIZE}px">${escaped(line)}</text>`;
  });
  return xml
    .replace(`viewBox="0 0 ${drawnWidth} ${drawnHeight}"`, `viewBox="0 0 ${width} ${height}"`)
    .replaceAll(`width="${drawnWidth}" height="${drawnHeight}"`, `width="${width}" height="${height}"`)
    .replace(/<\/svg>\s*$/, `${lines.join("")}</svg>\n`);
};

/** The drawing of one diagram, or undefined where Swirly cannot draw it. */
export const drawDiagram = async (diagram: string): Promise<string | undefined> => {
  if (hasTimeProgression(diagram)) return undefined;
  const { renderMarbleDiagram } = await load<Renderer>("@swirly/renderer-node");
  return withLegend(renderMarbleDiagram(await parseDiagram(drawable(diagram))).xml, legendOf(diagram));
};

/** Where the drawing of a diagram stands, for the guide. */
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
