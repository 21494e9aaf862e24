import { describe, expect, it } from "vitest";
import { bannedIn, checkGlossary, missingPlaces, readGlossary } from "../../scripts/support/glossary.js";
import { piecesOfLua, piecesOfTypeScript } from "../../scripts/support/pieces.js";

const page = `# Glossary

| Word | Meaning | Not |
|---|---|---|
| message | an enqueued value | \`job\` |
| work | one run of a handler | \`job\`; *task* of a queue |
| dead letter, to dead-letter | a rejected message | \`bury\`; \`dead queue\` |
| priority | 0 to 9 | \`level\` outside \`stores/\`, \`testing/levels.ts\` |
| failures | how many there were | \`attempts\` alone |
| credit | what is free | |
`;
const { bans } = readGlossary(page);

const inTypeScript = (text: string, path = "queue/a.ts"): ReadonlyArray<string> =>
  bannedIn({ path, text, pieces: piecesOfTypeScript(text) }, bans);
const inLua = (text: string, path = "stores/redis/lua/a.lua"): ReadonlyArray<string> =>
  bannedIn({ path, text, pieces: piecesOfLua(text) }, bans);

describe("readGlossary", () => {
  it("takes what is banned, where it may stand, and what to say instead from the table", () => {
    expect(readGlossary(page)).toEqual({
      problems: [],
      bans: [
        { word: "job", alone: false, outside: [], instead: ["message", "work"] },
        { word: "bury", alone: false, outside: [], instead: ["dead letter, to dead-letter"] },
        { word: "dead queue", alone: false, outside: [], instead: ["dead letter, to dead-letter"] },
        { word: "level", alone: false, outside: ["stores/", "testing/levels.ts"], instead: ["priority"] },
        { word: "attempts", alone: true, outside: [], instead: ["failures"] },
      ],
    });
  });

  it.each([
    ["an emptied table", page.replaceAll(/^\| [a-z].*\n/gm, ""), /nothing is banned/],
    ["a table of other columns", page.replace("| Not |", "| Never |"), /nothing is banned/],
    [
      "bans that are all for people",
      page.replaceAll(/`(\w+(?: \w+)?)`/g, "*$1*").replaceAll(/ (?:outside|alone).*\|/g, " |"),
      /nothing is banned/,
    ],
    ["a ban in a form that is none", page.replace("`bury`;", "bury;"), /cannot read what it bans: bury/],
    [
      "a scope in a form that is none",
      page.replace("outside `stores/`", "outside stores"),
      /cannot read what it bans: `level` outside/,
    ],
    ["a row without a meaning", page.replace("what is free", ""), /a row is to have/],
    ["a row with a column less", page.replace("free | |", "free |"), /a row is to have/],
    [
      "a word that is banned and has an entry",
      page.replace("`job`;", "`job`; `credit`;"),
      /"credit" is banned, and has an entry/,
    ],
    ["a word that is banned in two ways", page.replace("`job`;", "`job` alone;"), /"job" is banned in two ways/],
  ])("refuses %s", (_, changed, problem) => {
    expect(changed).not.toBe(page);
    expect(readGlossary(changed).problems.join("\n")).toMatch(problem);
  });
});

describe("bannedIn", () => {
  it.each([
    ["a variable", "const job = 1;", 'src/queue/a.ts:1: the name job says "job": say message, or work'],
    ["a part of a name", "\n\nfunction sendJobsAgain() {}", 'src/queue/a.ts:3: the name sendJobsAgain says "job"'],
    ["a constant", "const JOB_COUNT_MAX = 1;", "the name JOB_COUNT_MAX says"],
    ["a parameter", "const f = (job: string) => 1;", "the name job says"],
    ["a type and its field", "interface Job { readonly jobId: string }", "the name jobId says"],
    ["a method", "class A { #jobs() {} }", "the name #jobs says"],
    ["a new name for an import", 'import { one as job } from "./one.js";', "the name job says"],
    ["a new name in a pattern", "const { one: job } = two;", "the name job says"],
    ["a property of a literal", "f({ job: 1 });", "the name job says"],
    ["a doc comment", "/**\n * Of a\n * job.\n */\nconst a = 1;", 'src/queue/a.ts:3: a comment says "job"'],
    ["a comment behind code", "f(1); // the jobs", 'src/queue/a.ts:1: a comment says "job"'],
    ["a comment at the end of a block", "const f = () => {\n  // a job\n};", "src/queue/a.ts:2: a comment"],
    ["a comment at the end", "f(1);\n// a job", "src/queue/a.ts:2: a comment"],
    ["a text", 'const a = "no such job";', "src/queue/a.ts:1: a text says"],
    ["a template", ["const a = `the job $", "{f(1)} and`;"].join(""), "src/queue/a.ts:1: a text says"],
    ["the end of a template", ["const a = `the $", "{f(1)} job`;"].join(""), "src/queue/a.ts:1: a text says"],
    ["an ending", "// buried", 'a comment says "bury"'],
    [
      "words over lines of one comment",
      "/* of the dead\n * queues */",
      'src/queue/a.ts:1: a comment says "dead queue"',
    ],
    ["words over lines of comments", "// of the dead\n  // queues", 'src/queue/a.ts:1: a comment says "dead queue"'],
    ["a second line of comments", "// of all\n// jobs", "src/queue/a.ts:2: a comment says"],
    ["words that follow one another in a name", "const deadQueue = 1;", "the name deadQueue says"],
    ["a word elsewhere than where it may stand", "const level = 1;", 'the name level says "level": say priority'],
    ["a whole name", "class A { attempts = 0 }", 'the name attempts says "attempts": say failures'],
  ])("refuses %s", (_, text, problem) => {
    expect(inTypeScript(text).join("\n")).toContain(problem);
  });

  it("refuses a path, each fault once", () => {
    expect(inTypeScript("", "queue/Job.ts")).toEqual(['src/queue/Job.ts: its path says "job": say message, or work']);
    expect(inTypeScript("/** A job. */\nexport const a = 1;")).toHaveLength(1);
  });

  it.each([
    ["names of others", 'import { job } from "jobs";\nexport { job } from "jobs";\njob.job(job, { job }).jobs;'],
    ["what a pattern takes from others", "const { job } = other;"],
    ["code in a comment", "/** As `job` and `a job` say. */\nconst a = 1;"],
    ["an example in a comment", '/**\n * ```ts\n * const jobs = queue("jobs");\n * ```\n */\nconst a = 1;'],
    ["a longer word", "// jobless, levelled"],
    ["a part of a name where the whole is meant", "const attemptsMax = 1; // attempts"],
    ["an escape before a text", 'const a = "\\job";'],
    ["what only people look for", "const task = 1;"],
  ])("passes %s", (_, text) => {
    expect(inTypeScript(text)).toEqual([]);
  });

  it("passes a word where it may stand", () => {
    expect(inTypeScript("const level = 1;", "stores/memory/a.ts")).toEqual([]);
    expect(inTypeScript("const level = 1;", "testing/levels.ts")).toEqual([]);
    expect(inTypeScript("const level = 1;", "testing/level.ts")).toHaveLength(2);
  });

  it.each([
    ["a comment", "local a = 1 -- the job"],
    ["a comment of its own", "-- the job"],
    ["a name", "local function readJob(text) end"],
    ["a name of two words", "local dead_queue = 1"],
    ["a literal", 'error("no job")'],
    ["a field", "queue.jobs = 1"],
  ])("refuses %s in Lua", (_, text) => {
    expect(inLua(`\n${text}`)).toHaveLength(1);
    expect(inLua(`\n${text}`)[0]).toMatch(/^src\/stores\/redis\/lua\/a\.lua:2: /);
  });

  it("refuses words over lines of Lua's comments, by the line on which they begin", () => {
    expect(inLua("local a = 1 -- of\n  -- the dead\n  -- queues")).toEqual([
      'src/stores/redis/lua/a.lua:2: a comment says "dead queue": say dead letter, to dead-letter',
    ]);
  });

  it("passes Lua that says none of them", () => {
    expect(
      inLua('local level = tonumber(ARGV[1]) -- a level\nreturn redis.call("LLEN", key .. ":r:" .. level)'),
    ).toEqual([]);
  });
});

describe("missingPlaces", () => {
  it("names a place in which a word may stand, and which is not there", () => {
    expect(missingPlaces(bans, (place) => place === "stores/")).toEqual([
      '"level" may stand in src/testing/levels.ts, which is not there',
    ]);
    expect(missingPlaces(bans, () => true)).toEqual([]);
  });
});

describe("docs/glossary.md", () => {
  it("is kept by the sources, TypeScript and Lua", () => {
    const { problems, sources, bans } = checkGlossary();
    expect(problems).toEqual([]);
    expect(sources.length).toBeGreaterThan(300);
    expect(sources.filter((path) => path.endsWith(".lua")).length).toBeGreaterThan(50);
    expect(bans.length).toBeGreaterThan(20);
  });
});
