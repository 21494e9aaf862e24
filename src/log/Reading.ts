/** What reading a log needs. */
import type { LogStore } from "../port/Store.js";
import type { DecodePage } from "./decodePage.js";
import type { Coding } from "./EventCodec.js";

export interface Reading {
  readonly store: LogStore;
  readonly coding: Coding;
  readonly decode: DecodePage;
}
