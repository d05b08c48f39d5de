import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { Outlet, useParams } from "@tanstack/react-router";
import { useEffect } from "react";

import { meQuery } from "../accounts/account-queries.ts";
import { rememberProject } from "../app/home.ts";
import { Shell } from "../app/shell.tsx";
import { refreshCheck } from "../checks/check-queries.ts";
import { openIncidentsQuery } from "../incidents/incident-queries.ts";
import { TroubleBanner } from "../live/trouble-banner.tsx";
import { useLiveProject } from "../live/use-live-project.ts";

/** What surrounds every page of a project; here its events are followed. */
export function ProjectLayout() {
  const { projectId } = useParams({ from: "/signed-in/projects/$projectId" });
  const { data: me } = useSuspenseQuery(meQuery);
  const connected = useLiveProject(projectId, refreshCheck);
  useEffect(() => rememberProject(projectId), [projectId]);
  return (
    <Shell
      me={me}
      projectId={projectId}
      openIncidents={useOpenIncidents(projectId)}
      banner={<TroubleBanner connected={connected} />}
    >
      <Outlet />
    </Shell>
  );
}

function useOpenIncidents(projectId: string): string {
  const { data } = useQuery(openIncidentsQuery(projectId));
  if (data === undefined || data.items.length === 0) return "";
  return data.next === null ? String(data.items.length) : `${data.items.length}+`;
}
