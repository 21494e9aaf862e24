/** The operator that changes data. */
import { concatMap, EMPTY, of, type OperatorFunction } from "rxjs";
import { type Message, mapMessage } from "../core/Message.js";
