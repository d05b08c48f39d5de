export { readVitalSigns, type VitalSigns } from "./vital-signs.ts";
export { commitCheckpoint, endReceiver, type Checkpoint } from "./checkpoint.ts";
export { endChecker, forgetOldProcesses, countCheckers, recordEvaluation } from "./checkers.ts";
export { RECEIVER_DOWN_AFTER_MS, recentOutages, type Outage, type OutageCause } from "./outages.ts";
export { notReadyBecause } from "./readiness.ts";
export { requestCheckpoint, readWatermark } from "./watermark.ts";
