/** A queue on a store of one's own: what the application writes and reads is plain, what the store behind it keeps is not. */
import { randomBytes } from "node:crypto";
import * as t from "io-ts";
import { queue } from "sluice";
import { memoryStore } from "sluice/memory";
import { encrypted } from "./encrypted.js";
import { sealWith } from "./seal.js";

const behind = memoryStore();
const store = encrypted(behind, sealWith(randomBytes(32)));
const letters = queue(store, { name: "letters", codec: t.string });

await letters.enqueue("meet me at noon");
const [kept] = await behind.peek({ queue: "letters", limit: 1 });
console.log("the store keeps the text:", kept?.payload.includes("noon") === true);

for (const message of await letters.receive({ max: 1 })) {
  console.log("the consumer reads:", message.data);
  await message.ack;
}
await store.close();
