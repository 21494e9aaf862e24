/** A schema of its own for each test, and what belongs to it. */

import pg from "pg";
import { newId } from "../../../src/core/newId.js";

/** A schema that no other test has. */
export const newSchema = (): string => `t_${newId().replaceAll("-", "")}`;

/** Drops a schema over a connection of its own. */
export const dropSchema = async (url: string, schema: string): Promise<void> => {
  const client = new pg.Client(url);
  await client.connect();
  try {
    await client.query(`set client_min_messages = error; drop schema if exists "${schema}" cascade`);
  } finally {
    await client.end();
  }
};
