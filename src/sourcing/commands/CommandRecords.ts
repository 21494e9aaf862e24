/**
 * Remembers commands by their ids: a record that must be new is put in one write with the events. So a command that comes again is
 * refused by the store, whoever sends it, and the record says what the first one did.
 */
import * as t from "io-ts";
import { utf8Length } from "../../core/bytes.js";
import type { Effect } from "../../core/Effect.js";
import { shown } from "../../core/options.js";
import type { Revision } from "../../core/Revision.js";
import { type DecodeRefused, invalidConfig, type ReadError, type SluiceError } from "../../core/SluiceError.js";
import type { Write } from "../../core/Write.js";
import type { RecordsStore } from "../../port/Store.js";
import { records } from "../../records/makeRecords.js";
import type { Records, Stored, UpdateError } from "../../records/Records.js";

const COLLECTION = "sluice.commands";

/** What a command has done: the version behind its events, and how many they are. */
export interface CommandRecord {
  readonly digest: string;
  readonly version: number;
  readonly count: number;
}

const CommandRecord = t.type({ digest: t.string, version: t.number, count: t.number });

/** A command that has an id. */
export interface NamedCommand {
  readonly commandId: string;
  readonly digest: string;
  /** The id of its record: no other command of the store has the same. */
  readonly recordId: string;
}

const ID_BYTES_MAX = 200;

/** A command id as the caller gave it, or `InvalidConfig`. */
export const checkCommandId = (commandId: string): string => {
  if (typeof commandId === "string" && utf8Length(commandId) <= ID_BYTES_MAX) return commandId;
  throw invalidConfig(
    "commandId",
    typeof commandId === "string"
      ? `commandId must have at most ${ID_BYTES_MAX} UTF-8 bytes; hash longer ones.`
      : `commandId must be a text, not ${shown(commandId)}.`,
  );
};

export class CommandRecords {
  private readonly stored: Records<CommandRecord, Record<never, never>>;

  constructor(store: RecordsStore, ttlMs: number) {
    this.stored = records(store, { name: COLLECTION, codec: CommandRecord, ttlMs });
  }

  /** The record of this command must be new: joined with its events. */
  insert({ recordId, digest }: NamedCommand, done: Omit<CommandRecord, "digest">): Write<Revision, UpdateError> {
    return this.stored.insert(recordId, { digest, ...done });
  }

  get({ recordId }: NamedCommand): Effect<Stored<CommandRecord> | undefined, ReadError | DecodeRefused> {
    return this.stored.get(recordId);
  }

  /** Whether a write was refused since the command was done before. */
  isDuplicate(error: SluiceError, { recordId }: NamedCommand): boolean {
    return error._tag === "RecordConflict" && error.collection === COLLECTION && error.id === recordId;
  }
}

/** The stream and the command id as one text. The length tells where the one ends and the other begins. */
export const recordIdOf = (stream: string, commandId: string): string => `${commandId.length}:${commandId}/${stream}`;
