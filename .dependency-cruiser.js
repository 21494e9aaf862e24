// The layers of src: a folder may import only from itself and from those above it in this list.
const layers = [
  "core",
  "codec",
  "port",
  "stores",
  "queue",
  "operators",
  "task",
  "hub",
  "sourcing",
  "broker",
  "testing",
  "entries",
];

const below = (layer) => layers.slice(layers.indexOf(layer) + 1);
const folders = (names) => `^src/(?:${names.join("|")})/`;

export default {
  forbidden: [
    {
      name: "no-runtime-cycle",
      comment:
        "A cycle of modules at run time makes the order of evaluation matter. Type-only edges vanish and may cycle.",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "known-folders",
      comment: "Every folder of src has its place in the list of layers.",
      severity: "error",
      from: { path: "^src/", pathNot: folders(layers) },
      to: {},
    },
    ...layers
      .filter((layer) => below(layer).length > 0)
      .map((layer) => ({
        name: `layer-${layer}`,
        comment: `src/${layer} imports only from the layers above it.`,
        severity: "error",
        from: { path: folders([layer]) },
        to: { path: folders(below(layer)) },
      })),
    {
      name: "port-not-store",
      comment: "Below stores/ everything knows the port in port/; the conformance suites may use the memory store.",
      severity: "error",
      from: { path: folders(below("stores")), pathNot: "^src/entries/" },
      to: { path: "^src/stores/", pathNot: "^src/stores/memory/" },
    },
    {
      name: "memory-store-only-in-testing",
      comment: "Only testing/ may build a memory store.",
      severity: "error",
      from: { path: folders(below("stores")), pathNot: "^src/(?:testing|entries)/" },
      to: { path: "^src/stores/memory/" },
    },
    {
      name: "stores-apart",
      comment: "One store knows nothing of another.",
      severity: "error",
      from: { path: "^src/stores/([^/]+)/" },
      to: { path: "^src/stores/([^/]+)/", pathNot: "^src/stores/$1/" },
    },
    {
      name: "no-entry-import",
      comment: "A published entry is a list of exports for users; no module of the library imports one.",
      severity: "error",
      from: { path: "^src/" },
      to: { path: "^src/entries/" },
    },
    {
      name: "no-index",
      comment: "Barrels stand only at the published entries.",
      severity: "error",
      from: { path: "^src/" },
      to: { path: "^src/.+/index\\.ts$", pathNot: "^src/entries/" },
    },
    {
      name: "only-declared-packages",
      comment: "The library imports what package.json promises to users, and never a development tool.",
      severity: "error",
      from: { path: "^src/" },
      to: {
        dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown", "unknown", "undetermined"],
        pathNot: "node_modules/(?:rxjs|fp-ts|io-ts|ioredis|rxjs-marbles)/",
      },
    },
    {
      name: "optional-peers",
      comment: "ioredis and rxjs-marbles are optional: only the entries that need them load them.",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/(?:stores/redis|testing|entries)/" },
      to: { path: "node_modules/(?:ioredis|rxjs-marbles)/", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "no-unresolved",
      comment: "Every import resolves.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: "io-in-stores",
      comment: "core, codec, queue, operators do no I/O.",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/(?:stores|testing|entries)/" },
      to: { path: "^(?:node:)?(?:fs|net|http|https|child_process|tls|dns|dgram)(?:/|$)|node_modules/ioredis/" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.build.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "types", "node", "default"] },
  },
};
