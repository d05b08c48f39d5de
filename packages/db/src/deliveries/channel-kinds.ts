import { INCIDENT_KINDS, PROGRAM_KINDS } from "@overdue/core";

const literals = (kinds: readonly string[]) => kinds.map((kind) => `'${kind}'`).join(", ");

/** SQL: whether the channel `c` is read by a program, which is sent each alert by itself. */
export const IS_PROGRAM = `c.kind in (${literals(PROGRAM_KINDS)})`;

/** SQL: whether the channel `c` keeps incidents open until it is sent their end. */
export const KEEPS_INCIDENTS = `c.kind in (${literals(INCIDENT_KINDS)})`;

/** SQL: for how many minutes the channel `c` collects. Nothing is collected for a program. */
export const COLLECT_MINUTES = `(case when ${IS_PROGRAM} then 0 else c.collect_minutes end)`;
