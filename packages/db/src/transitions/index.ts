// What other packages use of the changes of checks.
export type { PingRecord } from "./change.ts";
export { type Act, changeCheck, changeCheckIn } from "./change-check.ts";
export {
  findPingFilters,
  findMailTarget,
  isPingKey,
  countChecks,
  type MailTarget,
  type PingTarget,
  targetKey,
} from "./find-targets.ts";
export { KnownChecks } from "./known-checks.ts";
export { evaluateDue, nextWakeAt, type Evaluated, type Evaluation } from "./evaluate-due.ts";
export {
  ALONE,
  recordKnown,
  recordPings,
  type ReceivedPing,
  type Knowledge,
  type Recorded,
} from "./record-pings.ts";
