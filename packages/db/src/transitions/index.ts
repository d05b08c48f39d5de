export { type PingRecord } from "./change.ts";
export { type Act, changeCheck, changeCheckIn } from "./change-check.ts";
export { findPingReadings } from "./find-ping-readings.ts";
export { findMailTarget, lookForTarget, type MailTarget, type Target } from "./find-targets.ts";
export { evaluateDue, nextWakeAt, type Evaluated, type Evaluation } from "./evaluate-due.ts";
export { ALONE, recordPings, type Arrival, type Knowledge, type Recorded } from "./record-pings.ts";
