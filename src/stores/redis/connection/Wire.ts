/** What goes over the driver: single commands and scripts, as few packets as it takes. */
import { Command, type Redis } from "ioredis";
import { storeUnavailable } from "../../../core/SluiceError.js";
import { scriptSource } from "../scripts/scriptSource.js";
import type { ScriptName } from "../scripts/scripts.generated.js";
import type { Client } from "./clients.js";

export class Wire {
  private readonly loaded = new Set<ScriptName>();
  /** How many calls were sent in this turn, and the socket that holds back the rest of them. */
  private turn: "first" | "rest" | undefined;
  private corked: Redis["stream"] | undefined;

  constructor(private readonly client: Client) {}

  /** The source of each script goes along once more: the server is another one, or has forgotten them. */
  forgetScripts(): void {
    this.loaded.clear();
  }

  /**
   * Lets what is sent in one turn leave as two packets: the first call at once, which is all there is where latency counts,
   * and the rest together, since a write to a socket costs more than all else of a call. A cluster has a socket per node and
   * does without.
   */
  send(name: string, args: Array<string>): Promise<unknown> {
    if (this.turn === "first") this.cork();
    const { client } = this;
    const command = new Command(name, args, { replyEncoding: "utf8" });
    const reply = client.sendCommand(command) as Promise<unknown>;
    // It is on its way: what is sent again comes from here. A cluster follows its redirections by what the command says.
    if (!client.isCluster && client.status === "ready") command.args = [];
    if (this.turn === undefined) this.beginTurn();
    return reply;
  }

  private beginTurn(): void {
    this.turn = "first";
    process.nextTick(() => {
      this.turn = undefined;
      this.corked?.uncork();
      this.corked = undefined;
    });
  }

  /** What was held back leaves now. */
  push(): void {
    if (this.corked === undefined) return;
    this.corked.uncork();
    this.corked = undefined;
    this.turn = "first";
  }

  private cork(): void {
    const { client } = this;
    if (!("stream" in client) || client.status !== "ready") return;
    this.turn = "rest";
    this.corked = client.stream;
    this.corked.cork();
  }

  evaluate(name: ScriptName, keys: ReadonlyArray<string>, args: ReadonlyArray<string>): Promise<unknown> {
    const [command, script] = this.commandFor(name);
    return this.send(command, [script, String(keys.length), ...keys, ...args]);
  }

  /** The source goes along on the first use of a connection: an EVALSHA that is refused would lose its place in the order. */
  private commandFor(name: ScriptName): readonly [command: string, script: string] {
    const { sha, lua } = scriptSource(name);
    if (this.loaded.has(name)) return ["evalsha", sha];
    this.loaded.add(name);
    return ["eval", lua];
  }

  /** WAIT counts for the writes of its own connection and node, so it goes in one pipeline with its script. */
  async evaluateReplicated(
    name: ScriptName,
    rest: ReadonlyArray<string>,
    { count, msMax }: { readonly count: number; readonly msMax: number },
  ): Promise<unknown> {
    const [command, script] = this.commandFor(name);
    const pipeline = this.client
      .pipeline()
      .call(command, [script, ...rest])
      .wait(count, msMax);
    const [reply, replicas] = (await pipeline.exec()) ?? [];
    for (const result of [reply, replicas]) if (result?.[0]) throw result[0];
    if (Number(replicas?.[1]) < count)
      throw storeUnavailable(new Error(`${String(replicas?.[1])} of ${count} replicas confirmed within ${msMax} ms`));
    return reply?.[1];
  }
}
