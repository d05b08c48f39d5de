import { useQuery } from "@tanstack/react-query";

import { TextLink } from "../ui/page.tsx";
import { IncidentActs } from "./incident-acts.tsx";
import { checkIncidentQuery } from "./incident-queries.ts";

/** What can be done about the open incident of a check; nothing where none is open. */
export function CheckIncident({ projectId, checkId }: { projectId: string; checkId: string }) {
  const { data: incident } = useQuery(checkIncidentQuery({ projectId, checkId }));
  if (!incident) return null;
  return (
    <>
      <IncidentActs projectId={projectId} incident={incident} />
      <TextLink
        to="/projects/$projectId/incidents/$incidentId"
        params={{ projectId, incidentId: incident.id }}
      >
        All about this incident
      </TextLink>
    </>
  );
}
