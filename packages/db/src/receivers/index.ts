export { readVitalSigns, type VitalSigns } from "./vital-signs.ts";
export { commitCanary, endReceiver, type Mark } from "./canary.ts";
export { endChecker, forgetOldProcesses, countCheckers, writeJudged } from "./checkers.ts";
export { DEAF_AFTER_MS, recentOutages, type Outage, type OutageCause } from "./outages.ts";
export { notReadyBecause } from "./readiness.ts";
export { askForCanary, readWatermark } from "./watermark.ts";
