/** What reading a log needs. */
import type { EventStore } from "../port/Store.js";
import type { DecodePage } from "./decodePage.js";
import type { Coding } from "./EventCodec.js";

export interface Reading {
  readonly store: EventStore;
  readonly coding: Coding;
  readonly decode: DecodePage;
}
