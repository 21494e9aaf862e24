/**
 * The glossary as data: what its tables ban, and where sources say it all the same.
 *
 * Each table of docs/glossary.md has the columns Word, Meaning and Not. What the last one lists, with semicolons between:
 *
 *     `job`                                   the check refuses it wherever a source says it
 *     `level` outside `stores/`               not in these folders or files of src, with commas between
 *     `attempts` alone                        only where it is the whole of a name
 *     *window* of a prefetch                  in italics, with any words behind: people look for it
 *
 * A banned word is refused with its endings (jobs, locked, buried), in whatever name it is a part of (`jobCount`, `job_count`).
 * It may be of several words, which then follow one another: `dead queue`.
 */

import { existsSync, readFileSync } from "node:fs";
import { filesBelow, inRoot } from "./files.js";
import { type Piece, piecesOfLua, piecesOfTypeScript } from "./pieces.js";

export interface Ban {
  readonly word: string;
  /** Only where it is the whole of a name. */
  readonly alone: boolean;
  /** Folders, with a slash at the end, and files, from src: there it may stand. */
  readonly outside: ReadonlyArray<string>;
  /** What to say, as the first columns have it. */
  readonly instead: ReadonlyArray<string>;
}

export interface Glossary {
  readonly bans: ReadonlyArray<Ban>;
  readonly problems: ReadonlyArray<string>;
}

const HEADING = /^\| Word +\| Meaning +\| Not +\|$/;
const ITEM = /^`([a-z]+(?: [a-z]+)*)`(?: (alone)| outside ((?:`[\w/.-]+`(?:, )?)+))?$/;
const FOR_PEOPLE = /^\*[^*]+\*(?: .+)?$/;

const cellsOf = (line: string): ReadonlyArray<string> =>
  line
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim());

const plain = (markdown: string): string => markdown.replace(/[`*]/g, "");
const inTicks = (text: string): ReadonlyArray<string> => [...text.matchAll(/`([^`]+)`/g)].map(([, part = ""]) => part);

const banOf = (item: string, instead: string): Ban | undefined => {
  const [, word, alone, outside = ""] = ITEM.exec(item) ?? [];
  return word === undefined
    ? undefined
    : { word, alone: alone !== undefined, outside: inTicks(outside), instead: [instead] };
};

/** One ban for each word: where more than one idea was called by it, all of them are what to say. */
const joined = (bans: ReadonlyArray<Ban>, problems: Array<string>): ReadonlyArray<Ban> => {
  const byWord = new Map<string, Ban>();
  for (const ban of bans) {
    const before = byWord.get(ban.word);
    if (before !== undefined && (before.alone !== ban.alone || before.outside.join() !== ban.outside.join()))
      problems.push(`"${ban.word}" is banned in two ways: say the same in both rows`);
    byWord.set(ban.word, { ...ban, instead: [...(before?.instead ?? []), ...ban.instead] });
  }
  return [...byWord.values()];
};

export const readGlossary = (markdown: string): Glossary => {
  const problems: Array<string> = [];
  const bans: Array<Ban> = [];
  const entries = new Set<string>();
  let inTable = false;
  for (const line of markdown.split("\n")) {
    inTable = line.startsWith("|") && (inTable || HEADING.test(line));
    if (!inTable || HEADING.test(line) || /^\|[-|]+\|$/.test(line)) continue;
    const [word = "", meaning = "", not, ...more] = cellsOf(line);
    if (word === "" || meaning === "" || not === undefined || more.length > 0)
      problems.push(`a row is to have a word, its meaning, and what not to say, perhaps nothing: ${line}`);
    for (const part of plain(word)
      .toLowerCase()
      .split(/, | \/ /))
      entries.add(part);
    for (const item of (not ?? "").split("; ").filter((part) => part !== "")) {
      const ban = banOf(item, plain(word));
      if (ban !== undefined) bans.push(ban);
      else if (!FOR_PEOPLE.test(item)) problems.push(`"${plain(word)}": the check cannot read what it bans: ${item}`);
    }
  }
  const all = joined(bans, problems);
  if (all.length === 0)
    problems.push("nothing is banned: no table has the columns Word, Meaning and Not, or all its words are for people");
  for (const { word, alone, outside } of all)
    if (entries.has(word) && !alone && outside.length === 0)
      problems.push(`"${word}" is banned, and has an entry of its own`);
  return { bans: all, problems };
};

interface Word {
  readonly text: string;
  readonly at: number;
}

const blank = (text: string): string => text.replaceAll(/[^\n]/g, " ");

/** A comment without its examples and what stands in backticks, which is code, and a text without its escapes. */
const readable = ({ kind, text }: Piece): string => {
  if (kind === "text") return text.replaceAll(/\\./g, blank);
  return kind === "name" ? text : text.replaceAll(/```ts\b[\s\S]*?```|`[^`\n]*`/g, blank);
};

/** The words of a text, those of camelCase and snake_case apart. */
const wordsOf = (text: string): ReadonlyArray<Word> =>
  [...text.matchAll(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+/g)].map((match) => ({
    text: match[0].toLowerCase(),
    at: match.index,
  }));

/** The word and its regular endings. */
const formsOf = (word: string): RegExp => {
  const stem = word.slice(0, -1);
  if (word.endsWith("y")) return new RegExp(`^(?:${word}(?:s|ing)?|${stem}(?:ies|ied))$`);
  return new RegExp(word.endsWith("e") ? `^(?:${word}[sd]?|${stem}ing)$` : `^${word}(?:s|es|ed|ing)?$`);
};

/** Between two words that follow one another in prose or in a name: perhaps a line break, with what a comment has before a line. */
const GAP = /^[\s*/_-]*$/;

const foundIn = (text: string, words: ReadonlyArray<Word>, forms: ReadonlyArray<RegExp>): ReadonlyArray<number> =>
  words.flatMap(({ at }, index) =>
    forms.every((form, step) => {
      const word = words[index + step];
      const before = words[index + step - 1];
      if (word === undefined || !form.test(word.text)) return false;
      return step === 0 || before === undefined || GAP.test(text.slice(before.at + before.text.length, word.at));
    })
      ? [at]
      : [],
  );

/** A source: its path from src, its text, and what in it is looked at. */
export interface Said {
  readonly path: string;
  readonly text: string;
  readonly pieces: ReadonlyArray<Piece>;
}

const isAllowed = (path: string, outside: ReadonlyArray<string>): boolean =>
  outside.some((place) => (place.endsWith("/") ? path.startsWith(place) : path === place));

const lineOf = (text: string, at: number): number => text.slice(0, at).split("\n").length;

/** Where a source says what the glossary bans. Its path is looked at too. */
export const bannedIn = ({ path, text, pieces }: Said, bans: ReadonlyArray<Ban>): ReadonlyArray<string> => {
  const problems: Array<string> = [];
  const applied = bans
    .filter(({ outside }) => !isAllowed(path, outside))
    .map((ban) => ({ ban, forms: ban.word.split(" ").map(formsOf) }));
  const look = (piece: Piece, tell: (at: number) => string): void => {
    const said = readable(piece);
    const words = wordsOf(said);
    for (const { ban, forms } of applied) {
      if (ban.alone && (piece.kind !== "name" || said !== ban.word)) continue;
      for (const at of foundIn(said, words, forms))
        problems.push(`${tell(at)} says "${ban.word}": say ${ban.instead.join(", or ")}`);
    }
  };
  look({ kind: "name", text: path.replace(/\.\w+$/, ""), at: 0 }, () => `src/${path}: its path`);
  for (const piece of pieces)
    look(piece, (at) => {
      const where = `src/${path}:${lineOf(text, piece.at + at)}`;
      return piece.kind === "name" ? `${where}: the name ${piece.text}` : `${where}: a ${piece.kind}`;
    });
  return problems;
};

/** Folders and files in which a word may stand, and which are not there. */
export const missingPlaces = (bans: ReadonlyArray<Ban>, exists: (place: string) => boolean): ReadonlyArray<string> =>
  bans.flatMap(({ word, outside }) =>
    outside.filter((place) => !exists(place)).map((place) => `"${word}" may stand in src/${place}, which is not there`),
  );

/** The glossary of this repository against its sources, but for what is generated from them. */
export const checkGlossary = (): {
  readonly problems: ReadonlyArray<string>;
  readonly sources: ReadonlyArray<string>;
  readonly bans: ReadonlyArray<Ban>;
} => {
  const { bans, problems } = readGlossary(readFileSync(inRoot("docs/glossary.md"), "utf8"));
  const missing = missingPlaces(bans, (place) => existsSync(inRoot("src", place)));
  const typescript = filesBelow(inRoot("src"), ".ts").filter((path) => !path.endsWith(".generated.ts"));
  const sources = [...typescript, ...filesBelow(inRoot("src"), ".lua")];
  const said = sources.flatMap((path) => {
    const text = readFileSync(inRoot("src", path), "utf8");
    return bannedIn({ path, text, pieces: path.endsWith(".lua") ? piecesOfLua(text) : piecesOfTypeScript(text) }, bans);
  });
  return {
    problems: [...[...problems, ...missing].map((problem) => `docs/glossary.md: ${problem}`), ...said],
    sources,
    bans,
  };
};
