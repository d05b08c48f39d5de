export type { Instant } from "./time.ts";
export type { Schedule } from "./schedules/schedule.ts";
export type {
  Attitude,
  Check,
  CheckSettings,
  CheckState,
  DisplayStatus,
  Memory,
  OpenRun,
  Reason,
  Status,
  Tolerance,
} from "./checks/check.ts";
export type { Effect, Event, Evidence, Flip, Ping, PingKind, Run, Slot, Transition } from "./checks/event.ts";
