/**
 * Two consumers in processes of their own, one of them killed with jobs in hand: the other gets those jobs and finishes.
 *
 *   npm run example -- examples/03-crash-recovery/main.ts --redis redis://localhost:6379
 */
import { Command, Option } from "commander";
import { Redis } from "ioredis";
import { crashAndRecover } from "./crashAndRecover.js";
import { printDone } from "./printDone.js";
import { removeKeys } from "./removeKeys.js";
