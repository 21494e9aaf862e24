/**
 * The names that the Redis scripts and their callers share, as `lua/NAMES.md` lists them, and where they stand in the code.
 *
 * In Lua these are names: a literal that begins with a colon (a key), one in a call on the queue's own hash or in `count` (a
 * field), and any other that is a word of letters (a word), but for commands and their options, which have capitals. In
 * TypeScript: a literal, or what follows an interpolation, that begins with a colon and a letter (a key), and a single letter,
 * alone or before an interpolation (a word). Longer words of TypeScript are not told from other texts: the table is held
 * against them the other way round.
 */

type NameKind = "key" | "field" | "word";

export interface Name {
  readonly kind: NameKind;
  readonly name: string;
  /** Of a word: who says it. */
  readonly saidBy?: string;
}

export interface NameTable {
  readonly names: ReadonlyArray<Name>;
  readonly problems: ReadonlyArray<string>;
}

const kinds: ReadonlyArray<readonly [column: string, kind: NameKind]> = [
  ["Key", "key"],
  ["Field", "field"],
  ["Word", "word"],
];
const types = ["string", "hash", "list", "set", "zset", "integer", "flag"];
const speakers = ["client", "script", "kept", "inner"];

const cellsOf = (line: string): ReadonlyArray<string> =>
  line
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim());

/** Reads the tables: of which kind their names are is told by the heading of the first column. */
export const readNames = (markdown: string): NameTable => {
  const names: Array<Name> = [];
  const problems: Array<string> = [];
  let kind: NameKind | undefined;
  const seen = new Set<string>();
  for (const line of markdown.split("\n")) {
    if (!line.startsWith("|")) {
      kind = undefined;
      continue;
    }
    const [first = "", second = "", meaning = ""] = cellsOf(line);
    const heading = kinds.find(([column]) => column === first);
    if (heading !== undefined) kind = heading[1];
    const name = /^`(.+)`$/.exec(first)?.[1];
    if (kind === undefined || name === undefined) continue;
    const isWord = kind === "word";
    if (!(isWord ? speakers : types).includes(second))
      problems.push(`${name}: "${second}" is none of ${(isWord ? speakers : types).join(", ")}`);
    if (meaning === "") problems.push(`${name}: its meaning is missing`);
    const entry = `${kind} ${name}${isWord ? ` ${second}` : ""}`;
    if (seen.has(entry)) problems.push(`${name}: stands twice`);
    seen.add(entry);
    names.push(isWord ? { kind, name, saidBy: second } : { kind, name });
  }
  return { names, problems };
};

/** Lua without its comments: those of whole lines, and those behind code. No literal of ours has two dashes before a blank. */
const luaCode = (text: string): string => text.replace(/^\s*--.*$/gm, "").replace(/\s+-- .*$/gm, "");

const literalsIn = (code: string): ReadonlyArray<string> =>
  [...code.matchAll(/"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)'/g)].map((match) => match[1] ?? match[2] ?? "");

const KEY = /^\}?(:(?:-|[a-z]+:?))$/;
const WORD = /^(?:[A-Za-z]|[a-z][A-Za-z]+|OK)$/;
const ON_QUEUE = /redis\.call\("H[A-Z]+", (?:step\.)?(?:queue\.)?key, (.*)|\bcount\(queue, (.*)/g;

/** The names in a script or include. */
export const namesInLua = (text: string): ReadonlyArray<Name> => {
  const code = luaCode(text);
  const found: Array<Name> = [];
  const fields = new Set<string>();
  for (const [, onHash, counted] of code.matchAll(ON_QUEUE))
    for (const name of literalsIn(onHash ?? counted ?? "")) if (name === "-" || WORD.test(name)) fields.add(name);
  for (const name of fields) found.push({ kind: "field", name });
  for (const literal of literalsIn(code)) {
    const key = KEY.exec(literal)?.[1];
    if (key !== undefined) found.push({ kind: "key", name: key });
    else if (WORD.test(literal) && !fields.has(literal)) found.push({ kind: "word", name: literal });
  }
  return found;
};

/** The names in a module of the store. */
export const namesInTypeScript = (text: string): ReadonlyArray<Name> => {
  const code = text.replace(/^\s*(?:\/\/|\/?\*).*$/gm, "");
  const keys = [...code.matchAll(/[}"`](:(?:-|[a-z]+:?))(?=[$"`])/g)];
  const letters = [...code.matchAll(/"([A-Za-z])"|`([A-Za-z])\$\{/g)];
  return [
    ...keys.map(([, name = ""]): Name => ({ kind: "key", name })),
    ...letters.map(([, alone, before]): Name => ({ kind: "word", name: alone ?? before ?? "" })),
  ];
};

/** A file, with its path for the report. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

export interface NameUse {
  readonly lua: ReadonlyArray<Source>;
  /** The modules of the store. */
  readonly typescript: ReadonlyArray<Source>;
  /** Other modules whose words reach the scripts: those of the port. */
  readonly port: ReadonlyArray<Source>;
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** The verbs of steps, which their kinds enter: the include of a kind is what says their meaning. */
const verbsIn = (text: string): ReadonlyArray<string> =>
  [...luaCode(text).matchAll(/\bkinds\["([A-Za-z])"\]/g)].map(([, verb = ""]) => verb);

/** What is wrong between the table and the code. */
export const checkNames = (table: string, { lua, typescript, port }: NameUse): ReadonlyArray<string> => {
  const { names, problems } = readNames(table);
  const found = [...problems];
  const known = new Set(names.map(({ kind, name }) => `${kind} ${name}`));
  const verbs = new Set(lua.flatMap(({ text }) => verbsIn(text)));
  for (const verb of verbs) known.add(`word ${verb}`);
  const refuse = ({ path }: Source, uses: ReadonlyArray<Name>): void => {
    for (const use of new Set(uses.map(({ kind, name }) => `${kind} ${name}`)))
      if (!known.has(use) && !(use.startsWith("word ") && known.has(use.replace("word", "field"))))
        found.push(`${path}: the ${use.replace(" ", " `")}\` is not in NAMES.md`);
  };
  for (const source of lua) refuse(source, namesInLua(source.text));
  for (const source of typescript) refuse(source, namesInTypeScript(source.text));

  const luaText = lua.map(({ text }) => luaCode(text)).join("\n");
  const storeText = typescript.map(({ text }) => text).join("\n");
  const clientText = `${storeText}\n${port.map(({ text }) => text).join("\n")}`;
  const inLua = new Set(lua.flatMap(({ text }) => namesInLua(text)).map(({ kind, name }) => `${kind} ${name}`));
  const inStore = new Set(
    typescript.flatMap(({ text }) => namesInTypeScript(text)).map(({ kind, name }) => `${kind} ${name}`),
  );
  for (const verb of verbs)
    if (!inStore.has(`word ${verb}`)) found.push(`the verb \`${verb}\` of a step stands in no module of the store`);
  for (const { kind, name, saidBy } of names) {
    const use = `${kind} ${name}`;
    const isWord = kind === "word";
    // A word may also be a key of a Lua table, and a key one that only its caller names.
    const isTableKey = isWord && new RegExp(`[{,]\\s*${escaped(name)} = `).test(luaText);
    if (!inLua.has(use) && !isTableKey && !(kind === "key" && inStore.has(use)))
      found.push(`NAMES.md: no script uses the ${kind} \`${name}\``);
    // Quoted, or at the beginning of a template.
    if (
      (saidBy === "client" || saidBy === "script") &&
      !new RegExp(`["\`]${escaped(name)}(?:["]|\\$\\{)`).test(clientText)
    )
      found.push(`NAMES.md: the word \`${name}\` (${saidBy}) stands in no module of the store or the port`);
  }
  return found;
};
