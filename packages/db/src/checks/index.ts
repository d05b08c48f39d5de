export type { CheckDetails } from "./check-details.ts";
export { checkOf, type CheckRow, settingsOf } from "./check-row.ts";
export { createCheck, insertCheck, type NewCheck } from "./create-check.ts";
export { deleteCheck, restoreCheck } from "./delete-check.ts";
export { type CheckEdit, editCheck, StaleVersion } from "./edit-check.ts";
export { type CheckRef, type CheckWithChannels, findCheck } from "./find-check.ts";
export { hasCheck } from "./has-check.ts";
export { UnknownChannel } from "./link-channels.ts";
export { type CheckFilter, listChecks } from "./list-checks.ts";
