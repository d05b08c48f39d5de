export {
  CHECKS_PER_PROJECT_MAX,
  findCheckByBadgeUuid,
  findCheckByPingUuid,
  findCheckByUniqueKey,
  findEqualCheck,
  findProjectChecks,
  isPingUuidTaken,
  type UniqueFields,
  uniqueKeyOf,
} from "./find-checks.ts";
export { findProjectByBadgeKey, listChannelNames, listFlipsWithin } from "./lookups.ts";
export { databaseAnswers, type ServiceCounts, serviceCounts } from "./service-counts.ts";
export { createUnlessEqual, hasRoom, TooManyChecks } from "./upsert-check.ts";
