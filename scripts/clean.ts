import { rmSync } from "node:fs";
import { inRoot } from "./support/files.js";

rmSync(inRoot("dist"), { recursive: true, force: true });
