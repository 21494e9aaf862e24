/** The pages of the documentation, and where the links in them lead. */

import { existsSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { filesBelow, filesIn, inRoot } from "./files.js";

/** Every page, from the root: its own, those of the guide and the decisions, and the README of each example and of bench. */
export const pages = (): ReadonlyArray<string> => [
  ...filesIn(inRoot("."), ".md"),
  // Not docs/api, which typedoc makes.
  ...filesBelow(inRoot("docs"), ".md").flatMap((file) => (file.startsWith("api/") ? [] : [`docs/${file}`])),
  ...filesBelow(inRoot("examples"), "README.md").map((file) => `examples/${file}`),
  "bench/README.md",
];

const fence = /^(\s*)(`{3,}).*$[\s\S]*?^\s*\2\s*$/gm;
const blank = (text: string): string => text.replaceAll(/[^\n]/g, " ");

/** The text with code taken out, line for line. */
const prose = (text: string): string => text.replaceAll(fence, blank).replaceAll(/`[^`\n]*`/g, blank);

export interface Link {
  readonly target: string;
  /** From 1. */
  readonly line: number;
}

/** What a page links to or shows: `[text](target)`, `![text](target)`, `src="target"`. */
export const linksOf = (text: string): ReadonlyArray<Link> =>
  prose(text)
    .split("\n")
    .flatMap((line, at) =>
      [...line.matchAll(/\]\(([^)\s]+)\)|\bsrc="([^"]+)"/g)].map(([, link, source]) => ({
        target: link ?? source ?? "",
        line: at + 1,
      })),
    );

/** The anchors of a page's headings, as GitHub makes them: lower case, spaces as dashes, a number behind what comes again. */
export const anchorsOf = (text: string): ReadonlySet<string> => {
  const anchors = new Set<string>();
  for (const [, title = ""] of text.replaceAll(fence, blank).matchAll(/^#{1,6} +(.+?) *$/gm)) {
    const slug = title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(/\s/g, "-");
    let anchor = slug;
    for (let again = 1; anchors.has(anchor); again += 1) anchor = `${slug}-${again}`;
    anchors.add(anchor);
  }
  return anchors;
};

const read = (file: string): string => readFileSync(inRoot(file), "utf8");
const isElsewhere = (target: string): boolean => /^[a-z][a-z+.-]*:/i.test(target);

/** Links that lead to no file, or to no heading of a page. Those into the web are not followed. */
export const brokenLinks = (): ReadonlyArray<string> =>
  pages().flatMap((page) =>
    linksOf(read(page)).flatMap(({ target, line }) => {
      if (isElsewhere(target)) return [];
      const [path = "", anchor] = target.split("#");
      const file = path === "" ? page : posix.join(posix.dirname(page), path);
      if (!existsSync(inRoot(file))) return [`${page}:${line}: there is no ${file}`];
      if (anchor === undefined || (file.endsWith(".md") && anchorsOf(read(file)).has(anchor))) return [];
      return [`${page}:${line}: ${file} has no heading for #${anchor}`];
    }),
  );

const README_LINES_MAX = 200;

export const longReadme = (): ReadonlyArray<string> => {
  const lines = read("README.md").trimEnd().split("\n").length;
  return lines <= README_LINES_MAX
    ? []
    : [`README.md has ${lines} lines, at most ${README_LINES_MAX} fit: move some to docs/guide/`];
};
