/** Makes `within` of a store: a way of writes over the client of the user's transaction. */
import { effect } from "../../../core/Effect.js";
import { type InvalidConfig, invalidConfig } from "../../../core/SluiceError.js";
import type { Write } from "../../../core/Write.js";
import type { WriteTarget } from "../../../core/WriteTarget.js";
import { writeWithin } from "../../../core/writeWithin.js";
import type { Connection } from "../connection/Connection.js";
import type { Hints } from "../connection/Hints.js";
import { Lane } from "../connection/Lane.js";
import type { Driver } from "../drivers/Driver.js";
import { Writer, type WriterOptions } from "../write/Writer.js";
import { checkClient } from "./checkClient.js";
import { NewQueues } from "./NewQueues.js";
import { TransactionCalls } from "./TransactionCalls.js";
import type { PostgresStore } from "./Within.js";

export interface WithinOptions extends Pick<WriterOptions, "given" | "deadLettersMax" | "onChanged"> {
  /** The store whose writes are taken. */
  readonly target: WriteTarget;
  readonly driver: Driver;
  readonly schema: string;
  readonly connection: Connection;
  readonly hints: Pick<Hints, "tell" | "tellAppended">;
  readonly isOpen: () => boolean;
}

export const withinOf = (options: WithinOptions): PostgresStore["within"] => {
  const { target: of, driver, connection } = options;
  const { scheduler, newId } = of;
  const known = new Set<string>();
  const make = async (names: ReadonlyArray<string>): Promise<void> => {
    await connection.call("lane", "make_queues_1", () => JSON.stringify(names));
  };
  return (client) => {
    checkClient(client);
    const queues = new NewQueues({ known, make });
    const calls = new TransactionCalls({ ...options, client, queues, prepared: () => prepared(options) });
    const writer = writerOver(calls, options);
    const target: WriteTarget = {
      scheduler,
      newId,
      write: (lists, writeId) =>
        effect((asker) => {
          // In one session nobody else waits for a queue.
          if (!driver.single) queues.add(lists);
          writer.write(lists, writeId, {
            done: (answers) => {
              asker.next(answers);
              asker.complete();
            },
            failed: (cause) => asker.error(cause),
          });
        }),
    };
    return (write) => {
      if (!isWriteOf(write, of)) throw otherStore();
      // In one session the store answers nothing while the transaction is open.
      return writeWithin(write, { target, mends: !driver.single });
    };
  };
};

const isWriteOf = (write: Write<unknown>, target: WriteTarget): boolean => {
  const given: { readonly options?: Partial<Write<unknown>["options"]> } | null | undefined = write;
  return given?.options?.target === target;
};

const otherStore = (): InvalidConfig =>
  invalidConfig(
    "write",
    "within takes a Write upon the store that it is of, such as queue.enqueue(data) or m.ack; this is none.",
  );

const writerOver = (
  calls: TransactionCalls,
  { given, deadLettersMax, onChanged, driver, hints }: WithinOptions,
): Writer => {
  // A server tells of it by the commit. Within one session nobody does, but its next statement waits for the end of the transaction.
  const told = (tell: () => void): void => {
    if (driver.single) void driver.run("any", "select 1", []).then(tell, () => undefined);
  };
  return new Writer({
    connection: calls,
    lane: new Lane(),
    given,
    deadLettersMax,
    onChanged,
    onWoken: (queues) => told(() => hints.tell(queues)),
    // What returns does so by the user's commit, which nobody tells of: as if another process had returned it.
    onReturned: () => undefined,
    onAppended: () => told(() => hints.tellAppended()),
  });
};

/** Ends once the schema is there. It is made over a connection of the store's own. */
const prepared = async ({ connection, driver }: WithinOptions): Promise<void> => {
  if (connection.isReady) return;
  if (driver.single) throw notReady();
  await connection.call("lane", "connect_1", () => "");
};

const notReady = (): InvalidConfig =>
  invalidConfig(
    "client",
    "The schema of the store is made in a transaction of its own, and PGlite has one at a time: await store.ready() before yours begins.",
  );
