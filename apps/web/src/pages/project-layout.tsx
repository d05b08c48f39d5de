import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { Link, Outlet, useMatches, useParams, useNavigate } from "@tanstack/react-router";
import { Suspense, useEffect, useState } from "react";
import { Button, Group } from "@mantine/core";
import { IconEye } from "@tabler/icons-react";
import { AccountNotices } from "../accounts/account-notices.tsx";
import { ME_REFRESH_MS, meQuery } from "../accounts/account-queries.ts";
import { rememberProject } from "../app/home.ts";
import { Shell } from "../app/shell.tsx";
import { refreshChecks } from "../checks/check-queries.ts";
import { openIncidentsQuery } from "../incidents/incident-queries.ts";
import { OperatorProvider, RoleProvider, useCanEdit } from "../ui/role.tsx";
import { useLiveProject } from "../live/live-events.ts";
import { Page } from "../ui/page.tsx";
import styles from "../app/shell.module.css";
import { lazyPart } from "../ui/lazy-part.ts";
import { bufferKeys, useKeys } from "../ui/keys.ts";

// Loaded after the page: on most visits there is nothing to warn about.
const HealthBanner = lazyPart(async () => ({
  default: (await import("../live/health-banner.tsx")).HealthBanner,
}));

/** The frame of every page of a project, which follows the project's live events. */
export function ProjectLayout() {
  const { projectId } = useParams({ from: "/signed-in/projects/$projectId" });
  const { data: me } = useSuspenseQuery({ ...meQuery, refetchInterval: ME_REFRESH_MS });
  const connected = useLiveProject(projectId, refreshChecks);
  const role = me.projects.find(({ id }) => id === projectId)?.role ?? "viewer";
  const isEditorsOnly = useMatches({
    select: (matches) => matches.some(({ staticData }) => staticData.editorsOnly === true),
  });
  useEffect(() => rememberProject(projectId), [projectId]);
  return (
    <RoleProvider value={role}>
      <OperatorProvider value={me.isOperator}>
        <Shell
          me={me}
          projectId={projectId}
          openIncidents={useOpenIncidents(projectId)}
          banner={
            <>
              <Suspense fallback={null}>
                <HealthBanner connected={connected} />
              </Suspense>
              <AccountNotices me={me} />
              {role === "viewer" && <ViewOnlyNote />}
            </>
          }
        >
          <Shortcuts projectId={projectId} />
          {isEditorsOnly && role === "viewer" ? <EditorsOnlyPage projectId={projectId} /> : <Outlet />}
        </Shell>
      </OperatorProvider>
    </RoleProvider>
  );
}

function useOpenIncidents(projectId: string): string {
  const { data } = useQuery(openIncidentsQuery(projectId));
  if (data === undefined || data.items.length === 0) return "";
  return data.next === null ? String(data.items.length) : `${data.items.length}+`;
}

/** Explains to viewers why the pages have no buttons for changes. */
function ViewOnlyNote() {
  return (
    <p className={styles["viewOnly"]}>
      <IconEye size={17} aria-hidden />
      <span>You have view-only access. Ask a project owner to make you an editor.</span>
    </p>
  );
}

/** Shown to viewers instead of a page that changes something. */
function EditorsOnlyPage({ projectId }: { projectId: string }) {
  return (
    <Page
      title="Only for editors"
      lead="You have view-only access. Ask a project owner to make you an editor."
      narrow
    >
      <Group>
        <Button component={Link} to={`/projects/${projectId}/checks`}>
          Go to checks
        </Button>
      </Group>
    </Page>
  );
}

const CommandPalette = lazyPart(() => import("./command-palette.tsx"));
const KeysHelp = lazyPart(() => import("./keys-help.tsx"));

/** The keys that work on every page of a project. The dialogs that they open are loaded on demand. */
function Shortcuts({ projectId }: { projectId: string }) {
  const [open, setOpen] = useState<"palette" | "help" | null>(null);
  const canEdit = useCanEdit();
  const navigate = useNavigate();
  const close = () => setOpen(null);
  const openLayer = (layer: "palette" | "help") => () => {
    bufferKeys(close);
    setOpen(layer);
  };
  useKeys({
    "Mod+k": openLayer("palette"),
    "?": openLayer("help"),
    c: () => {
      if (canEdit) void navigate({ to: "/projects/$projectId/checks/new", params: { projectId } });
    },
  });
  return (
    <Suspense fallback={null}>
      {open === "palette" && <CommandPalette projectId={projectId} canEdit={canEdit} close={close} />}
      {open === "help" && <KeysHelp close={close} />}
    </Suspense>
  );
}
