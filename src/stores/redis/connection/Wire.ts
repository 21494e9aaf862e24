/** Sends commands and scripts over the driver, in few packets. */
import { Command, type Redis } from "ioredis";
import { storeUnavailable } from "../../../core/SluiceError.js";
import { scriptSource } from "../scripts/scriptSource.js";
import type { ScriptName } from "../scripts/scripts.generated.js";
import type { Client } from "./clients.js";
import { LONG_COMMAND_ARGS, LongCommand } from "./LongCommand.js";

export class Wire {
  private readonly loaded = new Set<ScriptName>();
  /** How far this turn is: undefined before its first call, "first" after it, "rest" while `corked` holds the others back. */
  private turn: "first" | "rest" | undefined;
  private corked: Redis["stream"] | undefined;

  constructor(private readonly client: Client) {}

  /** Sends the source of each script once more: the server is another one, or has forgotten its scripts. */
  forgetScripts(): void {
    this.loaded.clear();
  }

  /**
   * Sends a command. The calls of one turn leave as two packets: the first at once, since where latency counts there is only one,
   * and the others together, since a write to a socket costs more than all else of a call. A cluster has a socket per node, and
   * its calls leave one by one.
   */
  send(name: string, args: Array<string>): Promise<unknown> {
    if (this.turn === "first") this.cork();
    const { client } = this;
    const Sent = args.length < LONG_COMMAND_ARGS ? Command : LongCommand;
    const command = new Sent(name, args, { replyEncoding: "utf8" });
    const reply = client.sendCommand(command) as Promise<unknown>;
    // It is on its way, and the driver need not keep its arguments: we send it again, if need be, from what we have. The driver of
    // a cluster needs them, to follow redirections.
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

  /** Sends now what is held back until the end of the turn. */
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

  /** A script goes with its source the first time on a connection: an EVALSHA that is refused would lose its place in the order. */
  private commandFor(name: ScriptName): readonly [command: string, script: string] {
    const { sha, lua } = scriptSource(name);
    if (this.loaded.has(name)) return ["evalsha", sha];
    this.loaded.add(name);
    return ["eval", lua];
  }

  /** Sends the script and a WAIT in one pipeline: WAIT counts the writes of its own connection and node. */
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
