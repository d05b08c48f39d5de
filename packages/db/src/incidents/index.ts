export {
  acknowledgeIncident,
  type ActResult,
  type ActVia,
  type ByWhom,
  type IncidentRef,
  linkUsedAt,
  noteIncident,
  snoozeIncident,
  unacknowledgeIncident,
  actionLink,
  actionLinks,
  INCIDENT_ACTS,
  type IncidentAct,
  type ReadAct,
  readAction,
  type SignedAct,
} from "./act.ts";
export { type DependencyHold, dependencyHolds } from "./dependents.ts";
export {
  findIncident,
  findIncidents,
  type IncidentRecord,
  type Neighbour,
  findNeighbours,
  findOutput,
  findLinkedIncident,
  type LinkedIncident,
  findStorm,
  findStorms,
  type StormRecord,
  type StormRef,
} from "./find-incidents.ts";
export { loadTimeline, type TimelineItem } from "./timeline.ts";
