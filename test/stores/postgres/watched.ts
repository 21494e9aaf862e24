/** A store and what it says of itself, and the means by which a test makes its server fail. */
import type { Store } from "../../../src/port/Store.js";
import type { StoreEvent } from "../../../src/port/StoreEvent.js";
import type { PostgresStoreOptions } from "../../../src/stores/postgres/postgresStoreOptions.js";
import { postgresUrl } from "../../support/postgresUrl.js";
import { aClient, atEnd, opened } from "./opened.js";

export interface Watched {
  readonly store: Store;
  /** What it told so far, but for warnings. */
  readonly story: () => ReadonlyArray<StoreEvent["_tag"]>;
}

/** A store that is ready, and rides out a fault for two seconds. */
export const watched = async (schema: string, options: PostgresStoreOptions = {}, url?: string): Promise<Watched> => {
  const store = await opened(schema, { commandMsMax: 2_000, logger: { warn: () => undefined }, ...options }, url);
  const told: Array<StoreEvent["_tag"]> = [];
  store.events$.subscribe(({ _tag }) => {
    if (_tag !== "StoreWarning") told.push(_tag);
  });
  await store.ready();
  return { store, story: () => told };
};

/** The URL with this setting of its sessions, or more of them. */
export const withSettings = (url: string, settings: Readonly<Record<string, string>>): string => {
  const with_ = new URL(url);
  const options = Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`);
  with_.searchParams.set("options", options.join(" "));
  return with_.href;
};

/** A role that may do what a store needs in a schema that is there, and the URL by which it connects. */
export const aRole = async (schema: string): Promise<{ readonly role: string; readonly url: string }> => {
  const role = `r_${schema}`;
  const admin = await aClient();
  await admin.query(`create role ${role} login;
    grant usage on schema "${schema}" to ${role};
    grant select, insert, update, delete on all tables in schema "${schema}" to ${role};
    grant usage on all sequences in schema "${schema}" to ${role};
    grant execute on all functions in schema "${schema}" to ${role}`);
  atEnd(() => admin.query(`drop owned by ${role}; drop role ${role}`));
  const url = new URL(await postgresUrl());
  url.username = role;
  return { role, url: url.href };
};

/** Faults of one schema, as its server tells them. */
export interface Faults {
  /** Lets the next so many writes fail with this code. */
  readonly begin: (code: string, times?: number) => Promise<unknown>;
  readonly end: () => Promise<unknown>;
}

export const faultsOf = async (schema: string): Promise<Faults> => {
  const admin = await aClient();
  // What a sequence has given stays given when a transaction is taken back.
  await admin.query(`create sequence "${schema}".faults_done;
    create table "${schema}".faults (code text, times bigint);
    insert into "${schema}".faults values ('', 0);
    create function "${schema}".fault() returns trigger language plpgsql as $$
    declare
      _fault record;
    begin
      select * into _fault from "${schema}".faults;
      if nextval('"${schema}".faults_done') <= _fault.times then
        raise exception 'a fault of the test' using errcode = _fault.code;
      end if;
      return new;
    end $$;
    create trigger fault before insert on "${schema}".writes for each row execute function "${schema}".fault()`);
  const set = (code: string, times: number): Promise<unknown> =>
    admin.query(
      `update "${schema}".faults set code = '${code}', times = ${times}; select setval('"${schema}".faults_done', 1, false)`,
    );
  return { begin: (code, times = 1_000_000) => set(code, times), end: () => set("", 0) };
};
