import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { Outlet, useMatches, useParams } from "@tanstack/react-router";
import { useEffect } from "react";

import { AccountNotices } from "../accounts/account-notices.tsx";
import { meQuery } from "../accounts/account-queries.ts";
import { rememberProject } from "../app/home.ts";
import { Shell } from "../app/shell.tsx";
import { refreshCheck } from "../checks/check-queries.ts";
import { openIncidentsQuery } from "../incidents/incident-queries.ts";
import { LookingOn, OnlyForEditors } from "../app/looking-on.tsx";
import { RoleProvider } from "../ui/role.tsx";
import { TroubleBanner } from "../live/trouble-banner.tsx";
import { useLiveProject } from "../live/use-live-project.ts";

/** What surrounds every page of a project; here its events are followed. */
export function ProjectLayout() {
  const { projectId } = useParams({ from: "/signed-in/projects/$projectId" });
  const { data: me } = useSuspenseQuery(meQuery);
  const connected = useLiveProject(projectId, refreshCheck);
  const role = me.projects.find(({ id }) => id === projectId)?.role ?? "viewer";
  const isForEditors = useMatches({
    select: (matches) => matches.some(({ staticData }) => staticData.forEditors === true),
  });
  useEffect(() => rememberProject(projectId), [projectId]);
  return (
    <RoleProvider value={role}>
      <Shell
        me={me}
        projectId={projectId}
        openIncidents={useOpenIncidents(projectId)}
        banner={
          <>
            <TroubleBanner connected={connected} />
            <AccountNotices me={me} />
            {role === "viewer" && <LookingOn />}
          </>
        }
      >
        {isForEditors && role === "viewer" ? <OnlyForEditors projectId={projectId} /> : <Outlet />}
      </Shell>
    </RoleProvider>
  );
}

function useOpenIncidents(projectId: string): string {
  const { data } = useQuery(openIncidentsQuery(projectId));
  if (data === undefined || data.items.length === 0) return "";
  return data.next === null ? String(data.items.length) : `${data.items.length}+`;
}
