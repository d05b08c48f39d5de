export { findPingBody } from "./find-ping-body.ts";
export { listFlips } from "./list-flips.ts";
export { listIncidents } from "./list-incidents.ts";
export { listPings, type PingRow } from "./list-pings.ts";
export { listRuns } from "./list-runs.ts";
export { listSlots } from "./list-slots.ts";
export type { EventPage, EventPosition } from "./page.ts";
