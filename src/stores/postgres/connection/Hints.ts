/**
 * Hints between the handles on one schema. Over a server they are notifications, and session locks tell writers whether anybody listens. An
 * embedded database is one session, in which neither works: there all handles of the process tell each other.
 */
import type { Driver } from "../drivers/Driver.js";
import type { Connection } from "./Connection.js";

export interface HintsOptions {
  readonly driver: Driver;
  readonly connection: Pick<Connection, "call">;
  readonly schema: string;
  /** Whether it listens for other processes; undefined: where the session is the server's own. */
  readonly listens: boolean | undefined;
  /** Called where it does not listen because of a pooler. */
  readonly onPooled: () => void;
  /** The channel of this schema. */
  readonly channel: () => Promise<string>;
  readonly onHint: (number: string) => void;
  /** Called where events may have been appended, by this process or another one. */
  readonly onAppended: () => void;
  /** Called in place of a hint where it comes from this process. */
  readonly onWoken: (queue: string) => void;
  readonly onLost: () => void;
}

/** By which hints name the log. */
const LOG_NUMBER = "0";

/** The handles of this process on each embedded database. */
const together = new WeakMap<object, Set<Hints>>();

export class Hints {
  /** Whether it listens. */
  private listening: Promise<boolean> | undefined;

  constructor(private readonly options: HintsOptions) {
    const { shared } = options.driver;
    if (shared === undefined) return;
    const others = together.get(shared) ?? new Set();
    together.set(shared, others.add(this));
  }

  /** Takes the locks by which writers know that somebody waits for the queue, and answers the number by which hints name it. */
  async hold(queue: string): Promise<string> {
    if (!(await this.begin())) return queue;
    return this.options.connection.call("hints", "wait_1", () => queue);
  }

  async letGo(queue: string): Promise<void> {
    if ((await this.listening) !== true) return;
    await this.options.connection.call("hints", "wait_no_more_1", () => queue);
  }

  /** Takes the locks by which writers know that somebody waits at the end of the log. */
  async holdLog(): Promise<void> {
    if (!(await this.begin())) return;
    await this.options.connection.call("hints", "wait_for_log_1", () => "");
  }

  async letGoLog(): Promise<void> {
    if ((await this.listening) !== true) return;
    await this.options.connection.call("hints", "wait_for_log_no_more_1", () => "");
  }

  /** Tells that something may have become ready, for consumers of this process. Those of other processes are told by the server. */
  tell(queues: ReadonlyArray<string>): void {
    for (const { onWoken } of this.handles()) for (const queue of queues) onWoken(queue);
  }

  /** Tells the feeds of this process that events may have been appended. */
  tellAppended(): void {
    for (const { onAppended } of this.handles()) onAppended();
  }

  /** Those that are told by this process. */
  private handles(): ReadonlyArray<HintsOptions> {
    const { driver, schema } = this.options;
    const handles = driver.shared === undefined ? [this] : [...(together.get(driver.shared) ?? [])];
    return handles.map(({ options }) => options).filter((options) => options.schema === schema);
  }

  close(): void {
    const { shared } = this.options.driver;
    if (shared !== undefined) together.get(shared)?.delete(this);
  }

  /** Listens from now on, where it may. Without that those who wait look by themselves. */
  private begin(): Promise<boolean> {
    const { driver, listens } = this.options;
    if (driver.single || listens === false) return Promise.resolve(false);
    this.listening ??= this.listen();
    return this.listening;
  }

  private async listen(): Promise<boolean> {
    const { driver, schema, listens, channel, onHint, onAppended, onLost, onPooled } = this.options;
    try {
      if (listens === undefined && !(await driver.isDirect(`select "${schema}".session_1($1)`))) {
        onPooled();
        return false;
      }
      await driver.listen(await channel(), {
        onHint: (number) => (number === LOG_NUMBER ? onAppended() : onHint(number)),
        onLost: () => {
          this.listening = undefined;
          onLost();
        },
      });
      return true;
    } catch (cause) {
      this.listening = undefined;
      throw cause;
    }
  }
}
