export { AliasRefused, findByToken, listAliases, setAliases } from "./aliases.ts";
export { type CheckDetails, createCheck, insertCheck, type NewCheck } from "./insert-check.ts";
export {
  type CheckEdit,
  editCheck,
  resetBaseline,
  pauseCheck,
  resumeCheck,
  undoPause,
  deleteCheck,
  restoreCheck,
} from "./write-check.ts";
export { toCheck, type CheckRow, checkSettings } from "./check-row.ts";
export {
  type CheckRef,
  type CheckWithChannels,
  findCheck,
  type LinkedCheck,
  hasCheck,
  type CheckFilter,
  listChecks,
  listSchedules,
  type ScheduledCheck,
} from "./find-checks.ts";
export { UnknownChannel, CircularDependency, UnknownDependency } from "./links.ts";
export { type CheckOverview, listOverviews, loadNewestSlots } from "./list-overviews.ts";
export { declareCheck } from "./declare-check.ts";
