import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { Link, Outlet, useMatches, useParams } from "@tanstack/react-router";
import { useEffect } from "react";
import { Button, Group } from "@mantine/core";
import { IconEye } from "@tabler/icons-react";

import { AccountNotices } from "../accounts/account-notices.tsx";
import { meQuery } from "../accounts/account-queries.ts";
import { rememberProject } from "../app/home.ts";
import { Shell } from "../app/shell.tsx";
import { refreshCheck } from "../checks/check-queries.ts";
import { openIncidentsQuery } from "../incidents/incident-queries.ts";
import { RoleProvider } from "../ui/role.tsx";
import { TroubleBanner } from "../live/health-banner.tsx";
import { useLiveProject } from "../live/live-events.ts";
import { Page } from "../ui/page.tsx";
import styles from "../app/shell.module.css";

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

/** Tells a viewer why the pages have no buttons. */
function LookingOn() {
  return (
    <p className={styles["lookingOn"]}>
      <IconEye size={17} aria-hidden />
      <span>You look on here: an owner of the project can make you an editor, who may change things.</span>
    </p>
  );
}

/** In the place of a page that a viewer can do nothing with. */
function OnlyForEditors({ projectId }: { projectId: string }) {
  return (
    <Page
      title="Only for editors"
      lead="This page changes something, and you may only look on in this project. An owner can make you an editor."
      narrow
    >
      <Group>
        <Button component={Link} to={`/projects/${projectId}/checks`}>
          To the checks
        </Button>
      </Group>
    </Page>
  );
}
