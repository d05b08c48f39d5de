export { previewRecipients } from "./load-routing.ts";
export { notifyFindings } from "./notify-check-events.ts";
export { UnknownTarget } from "./check-targets.ts";
export {
  createPerson,
  deletePerson,
  editPerson,
  findPerson,
  listPeople,
  type PersonRef,
  type PersonRow,
  restorePerson,
  createRotation,
  deleteRotation,
  editRotation,
  findRotation,
  listRotations,
  restoreRotation,
  type RotationFields,
  type RotationRef,
  type RotationRow,
} from "./on-call.ts";
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
} from "./route-rows.ts";
export { nextIncidentWakeAt, processDueEscalations } from "./notify-incidents.ts";
