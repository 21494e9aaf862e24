/** What is inferred of records, and programs that must not compile. Checked by `npm run check:types`; nothing here runs. */
/* eslint-disable @typescript-eslint/no-unsafe-argument -- programs that must not compile have no types */
import type { ReaderTaskEither } from "fp-ts/lib/ReaderTaskEither.js";
import type { TaskEither } from "fp-ts/lib/TaskEither.js";
import * as t from "io-ts";
import {
  atomically,
  type DecodeRefused,
  type Effect,
  type ReadError,
  type RecordConflict,
  type Write,
  type WriteError,
} from "sluice";
import { type HasStore, RR } from "sluice/reader";
import { type RecordPage, type Records, type Revision, records, type Stored, sortOf } from "sluice/records";
import type { Store } from "sluice/store";
import { type CallsOf, R } from "sluice/task";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
declare const type: <A, B>(equal: Equal<A, B>) => void;

declare const store: Store;
const Job = t.type({ status: t.union([t.literal("ongoing"), t.literal("lost")]), atMs: t.number });
type Job = t.TypeOf<typeof Job>;
const jobs = records(store, {
  name: "jobs",
  codec: Job,
  indexes: {
    byStatus: (job) => ({ where: job.status, sort: sortOf(job.atMs) }),
    all: () => ({}),
    maybe: (job, id) => (job.atMs > 0 ? { where: job.status, sort: sortOf(id) } : undefined),
  },
});
const plain = records(store, { name: "plain", codec: t.string });
const brief = records(store, { name: "brief", codec: t.string, ttlMs: 5 });
declare const job: Job;
declare const revision: Revision;

const put = jobs.put("1", job);
type<typeof put, Write<Revision, WriteError>>(true);
const updated = jobs.update("1", job, revision);
type<typeof updated, Write<Revision, WriteError | RecordConflict>>(true);
const got = jobs.get("1");
type<typeof got, Effect<Stored<Job> | undefined, ReadError | DecodeRefused>>(true);
type<typeof jobs, Records<Job, { byStatus: "ongoing" | "lost"; all: unknown; maybe: "ongoing" | "lost" }>>(true);
type<typeof plain, Records<string, Record<never, never>>>(true);
type<typeof brief, Records<string, Record<never, never>>>(true);
export const joined = async (): Promise<readonly [Revision, boolean]> =>
  await atomically([jobs.put("1", job), jobs.remove("2")]);
void jobs.page("all");
void jobs.page("byStatus", { where: ["lost", "ongoing"] });
void jobs.count("maybe", { where: "lost" });

// The functional faces have every call.
type<Exclude<CallsOf<Records<unknown>>, keyof typeof R>, never>(true);
type<Exclude<CallsOf<Records<unknown>>, keyof typeof RR>, never>(true);
const asTask = R.get(jobs)("1");
type<typeof asTask, TaskEither<ReadError | DecodeRefused, Stored<Job> | undefined>>(true);
const pageTask = R.page(jobs)("byStatus", { where: "lost" });
type<typeof pageTask, TaskEither<ReadError, RecordPage<Job>>>(true);
const asReader = RR.put(plain.definition)("1", "x");
type<typeof asReader, ReaderTaskEither<HasStore, WriteError, Revision>>(true);

// @ts-expect-error no such index
jobs.page("byState");
// @ts-expect-error no such place
jobs.page("byStatus", { where: "failed" });
// @ts-expect-error which part of it must be said: its entries have a where
jobs.page("byStatus");
// @ts-expect-error an index without where
jobs.page("all", { where: "lost" });
// @ts-expect-error bounds are sorts: see sortOf
jobs.page("byStatus", { where: "lost", upTo: 5 });
// @ts-expect-error no indexes, no pages
plain.page("all");
// @ts-expect-error a value of another codec
jobs.put("1", { status: "done", atMs: 1 });
// @ts-expect-error what it was must be said, if only undefined
jobs.update("1", job);
// @ts-expect-error a number is no revision
jobs.update("1", job, 3);
// @ts-expect-error a changing read is no Write
atomically([jobs.modify("1", (value) => value)]);
// @ts-expect-error a read is no Write
atomically([jobs.get("1")]);
// @ts-expect-error a time to live and indexes exclude each other
records(store, { name: "x", codec: Job, ttlMs: 5, indexes: { byTime: (j: Job) => ({ sort: sortOf(j.atMs) }) } });
// @ts-expect-error an index made of what the value does not have
records(store, { name: "x", codec: Job, indexes: { byName: (j) => ({ sort: sortOf(j.name) }) } });
// @ts-expect-error a sort is made by sortOf
records(store, { name: "x", codec: Job, indexes: { byTime: (j) => ({ sort: `${j.atMs}` }) } });
// @ts-expect-error the store comes first
records({ name: "x", codec: Job }, store);
// @ts-expect-error a change answers the value, not a promise of it
jobs.modify("1", async (value) => value);
// @ts-expect-error where is a text
records(store, { name: "x", codec: Job, indexes: { byTime: (j) => ({ where: j.atMs }) } });
