/** A process that cannot reach its server, closes its store, and ends by itself. */
import { redisStore } from "../../../src/stores/redis/redisStore.js";

const store = redisStore({ port: Number(process.argv[2]) }, { commandMsMax: 400 });
await store.ready().then(
  () => console.log("ready"),
  (cause: unknown) => console.log((cause as { readonly _tag: string })._tag),
);
await store.close();
console.log("closed");
