// The layers of src: a folder may import only from itself and from those above it in this list.
const layers = [
  "core",
  "codec",
  "port",
  "stores",
  "queue",
  "operators",
  "records",
  "log",
  "sourcing",
  "broker",
  "hub",
  "task",
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
      name: "queues-in-their-folder",
      comment:
        "Of a store, only stores/x/queue knows queues: besides it the store itself and its write/, where the tables of step kinds stand.",
      severity: "error",
      from: {
        path: "^src/stores/([^/]+)/",
        pathNot: "^src/stores/[^/]+/(?:queue/|write/|[^/]+Store\\.ts$)",
      },
      to: { path: "^src/stores/$1/queue/" },
    },
    {
      name: "nouns-apart",
      comment: "In a store, queues, logs and records know nothing of each other: only the store and its write see all.",
      severity: "error",
      from: { path: "^src/stores/([^/]+)/(queue|log|records)/" },
      to: { path: "^src/stores/$1/(?:queue|log|records)/", pathNot: "^src/stores/$1/$2/" },
    },
    {
      name: "core-without-stores",
      comment:
        "core names no store and no driver, not even by type: values and effects alone, which any store can serve.",
      severity: "error",
      from: { path: "^src/core/" },
      to: { path: "^src/stores/|node_modules/(?:ioredis|pg|@electric-sql)/" },
    },
    {
      name: "operators-internal",
      comment:
        "operators/internal is what operators share: besides them only their TaskEither faces (task), the deliveries of brokers and hubs, which are consumers made of the same parts, and the lists of exports (entries) know it.",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/(?:operators|task|broker/deliver|hub/deliver|entries)/" },
      to: { path: "^src/operators/internal/" },
    },
    {
      name: "parts-of-queue-apart",
      comment:
        "Consuming, producing and inspecting know nothing of each other: what two of them need stands in queue/ itself.",
      severity: "error",
      from: { path: "^src/queue/(consume|produce|inspect)/" },
      to: { path: "^src/queue/(?:consume|produce|inspect)/", pathNot: "^src/queue/$1/" },
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
        pathNot: "node_modules/(?:rxjs|fp-ts|io-ts|ioredis|rxjs-marbles|pg|@types/pg|@electric-sql/pglite)/",
      },
    },
    {
      name: "optional-peers",
      comment: "ioredis, pg, PGlite and rxjs-marbles are optional: only the entries that need them load them.",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/(?:stores/redis|stores/postgres/drivers|testing|entries)/" },
      to: { path: "node_modules/(?:ioredis|pg|@electric-sql|rxjs-marbles)/", dependencyTypesNot: ["type-only"] },
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
      comment: "Only stores do I/O, and the webhooks of the hub, which post to endpoints.",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/(?:stores|hub/webhook|testing|entries)/" },
      to: {
        path: "^(?:node:)?(?:fs|net|http|https|child_process|tls|dns|dgram)(?:/|$)|node_modules/(?:ioredis|pg|@electric-sql)/",
      },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.build.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "types", "node", "default"] },
  },
};
