export { type CheckDetails, createCheck, insertCheck, type NewCheck } from "./create-check.ts";
export { toCheck, type CheckRow, checkSettings } from "./check-row.ts";
export { deleteCheck, restoreCheck } from "./delete-check.ts";
export { type CheckEdit, editCheck, resetBaseline, pauseCheck, resumeCheck } from "./edit-check.ts";
export {
  type CheckRef,
  type CheckWithChannels,
  findCheck,
  type LinkedCheck,
  hasCheck,
  type CheckFilter,
  listChecks,
} from "./find-checks.ts";
export { UnknownChannel, CircularDependency, UnknownDependency } from "./links.ts";
export { type CheckOverview, listOverviews, loadNewestSlots } from "./list-overviews.ts";
