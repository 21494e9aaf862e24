/** Refuses in src what docs/glossary.md bans. The form of its tables: support/glossary.ts. */

import { checkGlossary } from "./support/glossary.js";
import { report } from "./support/report.js";

const { problems, sources, bans } = checkGlossary();
report("check-glossary", problems, `${sources.length} sources say none of ${bans.length} banned words`);
