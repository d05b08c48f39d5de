export { previewRecipients } from "./preview-recipients.ts";
export { notifyFindings } from "./notify-findings.ts";
export { UnknownTarget } from "./named.ts";
export {
  createPerson,
  deletePerson,
  editPerson,
  findPerson,
  listPeople,
  type PersonRef,
  type PersonRow,
  restorePerson,
} from "./people.ts";
export {
  createRotation,
  deleteRotation,
  editRotation,
  findRotation,
  listRotations,
  restoreRotation,
  type RotationFields,
  type RotationRef,
  type RotationRow,
} from "./rotations.ts";
export {
  createRoute,
  deleteRoute,
  editRoute,
  findRoute,
  listRoutes,
  orderRoutes,
  restoreRoute,
  type RouteRef,
  type RouteRow,
  TooMany,
} from "./route-rows.ts";
export { nextIncidentWakeAt, processDueEscalations } from "./process-due-escalations.ts";
