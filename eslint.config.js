import { defineConfig, globalIgnores } from "eslint/config";
import rxjs from "eslint-plugin-rxjs-x";
import ts from "typescript-eslint";

// `fp-ts/TaskEither` passes tsc and vitest and fails in raw Node: only the `lib` files carry an extension that it resolves.
const fpTsInLib = {
  regex: "^(?:fp-ts$|fp-ts/(?!lib/.+\\.js$)|io-ts/(?!lib/.+\\.js$))",
  message: 'Import the file itself: "fp-ts/lib/TaskEither.js", "io-ts/lib/PathReporter.js", or the root of io-ts.',
};

const noExportAll = {
  selector: "ExportAllDeclaration[exported=null]",
  message: "Name every export on its own line; no `export *`.",
};

const timeAndChance = [
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message: "Take the time from the scheduler; only core/Clock.ts reads the clock.",
  },
  {
    selector: "MemberExpression[object.name='performance'][property.name='now']",
    message: "Take the time from the scheduler; only core/Clock.ts reads the clock.",
  },
];

export default defineConfig(
  globalIgnores(["dist/", "docs/api/", "coverage/", ".cache/", "bench/", "**/*.generated.ts"]),
  { linterOptions: { reportUnusedDisableDirectives: "error" } },

  {
    files: ["**/*.ts"],
    extends: [ts.configs.recommendedTypeChecked, rxjs.configs.recommended],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "no-restricted-imports": ["error", { patterns: [fpTsInLib] }],
      "no-restricted-syntax": ["error", noExportAll],
      eqeqeq: "error",
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/no-non-null-assertion": "error",
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      // tsc refuses unused names already, with the same underscore convention.
      "@typescript-eslint/no-unused-vars": "off",
      // An Effect is an Observable that can be awaited: handing one to a callback that ignores its result is how rxjs is used.
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: false }],
      // `async` without `await` is how a handler turns a throw into a rejection.
      "@typescript-eslint/require-await": "off",
      // Biome and tsc judge these, or they forbid what a codec or an overload needs.
      "@typescript-eslint/no-empty-object-type": "off",
      "@typescript-eslint/no-redundant-type-constituents": "off",
      // Operators look at static methods such as `Number.isInteger` by reference.
      "@typescript-eslint/unbound-method": ["error", { ignoreStatic: true }],
      // The source of a queue is an Observable that owns its inner subscriptions and adds them to the subscriber itself.
      "rxjs-x/no-nested-subscribe": "off",
      // Followed by operators that flush what is in hand (`stop$`), or by a `finalize`.
      "rxjs-x/no-unsafe-takeuntil": [
        "error",
        {
          allow: [
            "catchError",
            "count",
            "defaultIfEmpty",
            "endWith",
            "finalize",
            "ignoreElements",
            "isEmpty",
            "last",
            "max",
          ].concat(["min", "reduce", "share", "single", "tap", "throwIfEmpty", "toArray"]),
        },
      ],
    },
  },

  {
    files: ["src/**/*.ts"],
    rules: {
      // More make calls that nobody can read: an options object, or the missing idea. A `this` that types a method is no parameter.
      "max-params": ["error", { max: 3, countThis: "never" }],
      "max-lines-per-function": ["error", { max: 70, skipBlankLines: true, skipComments: true }],
      "max-lines": ["error", { max: 400 }],
      "no-console": "error",
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            fpTsInLib,
            { regex: "^sluice(?:$|/)", message: "Inside the library import the module itself, never the package." },
          ],
        },
      ],
      "no-restricted-syntax": ["error", noExportAll, ...timeAndChance],
      "no-restricted-properties": [
        "error",
        {
          object: "Date",
          property: "now",
          message: "Take the time from the scheduler; only core/Clock.ts reads the clock.",
        },
        { object: "Math", property: "random", message: "Take chance from core/Random.ts, seeded by message id." },
      ],
      // A dropped Effect never runs: nothing happens before somebody subscribes.
      "rxjs-x/no-floating-observables": "error",
    },
  },
  {
    // The one place of each.
    files: ["src/core/Clock.ts", "src/core/Random.ts"],
    rules: { "no-restricted-properties": "off", "no-restricted-syntax": ["error", noExportAll] },
  },
  {
    files: ["test/**/*.ts", "scripts/**/*.ts", "examples/**/*.ts"],
    rules: {
      // Tests subscribe on purpose in every way a user could.
      "rxjs-x/no-ignored-notifier": "off",
      "rxjs-x/no-unsafe-subject-next": "off",
      "rxjs-x/no-unsafe-takeuntil": "off",
      "rxjs-x/no-subscribe-in-pipe": "off",
      "rxjs-x/prefer-observer": "off",
    },
  },
  {
    files: ["scripts/**/*.ts", "examples/**/*.ts"],
    rules: { "max-params": ["error", { max: 3 }], "max-lines": ["error", { max: 400 }] },
  },
  {
    files: ["test/**/*.ts"],
    rules: {
      // A file of tests has one subject, whose cases are read one by one: it may be longer. The columns of a table of cases are
      // parameters, so that those are not counted.
      "max-lines": ["error", { max: 900 }],
      "@typescript-eslint/no-non-null-assertion": "off",
      // An assertion about a method of a fake names it without calling it.
      "@typescript-eslint/unbound-method": "off",
      "@typescript-eslint/only-throw-error": "off",
      "@typescript-eslint/prefer-promise-reject-errors": "off",
      "rxjs-x/throw-error": "off",
      "rxjs-x/no-async-subscribe": "off",
    },
  },
);
