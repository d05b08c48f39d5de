import { ActionIcon, Button, type MantineColorScheme, useMantineColorScheme } from "@mantine/core";
import {
  IconBuilding,
  IconCheck,
  IconDeviceDesktop,
  IconLogout,
  IconMoon,
  IconPlus,
  IconSelector,
  IconServer,
  IconSun,
  IconUserCircle,
} from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";

import { instanceQuery, type Me, useSignOut } from "../accounts/account-queries.ts";
import { LazyMenu } from "../ui/lazy-menu.tsx";
import { toast } from "../ui/toast.tsx";
import styles from "./shell.module.css";

/** Shows the current project, and links to the others, by organization where there are several. */
export function ProjectSwitcher({ me, projectId }: { me: Me; projectId: string }) {
  const current = me.projects.find(({ id }) => id === projectId);
  const elsewhere = me.projects
    .filter(({ id }) => id !== projectId)
    .reduce((sum, { openIncidents }) => sum + openIncidents, 0);
  return (
    <LazyMenu
      position="bottom-start"
      width={280}
      target={
        <Button
          variant="default"
          size="compact-md"
          rightSection={
            <>
              {elsewhere > 0 && (
                <span className={styles["elsewhere"]} title={`${incidentsText(elsewhere)} in other projects`}>
                  {elsewhere}
                </span>
              )}
              <IconSelector size={16} aria-hidden />
            </>
          }
          aria-label={`Project: ${current?.name ?? "unknown"}.${elsewhere > 0 ? ` ${incidentsText(elsewhere)} in other projects.` : ""} Choose another`}
          className={styles["switcher"]}
        >
          {current?.name ?? "Project"}
        </Button>
      }
      entries={() => [
        ...projectGroups(me).flatMap(({ label, projects }) => [
          { label },
          ...projects.map((project) => ({
            id: project.id,
            label: project.name,
            to: `/projects/${project.id}/checks`,
            right: <ProjectState project={project} isCurrent={project.id === projectId} />,
          })),
        ]),
        "divider",
        { label: "New project", to: "/projects/new", icon: <IconPlus size={16} aria-hidden /> },
        ...me.organizations.map(({ id, name }) => ({
          id: `organization ${id}`,
          label: me.organizations.length === 1 ? "Organization" : `Organization ${name}`,
          to: `/organizations/${id}`,
          icon: <IconBuilding size={16} aria-hidden />,
        })),
      ]}
    />
  );
}

type ProjectStateProps = { project: Me["projects"][number]; isCurrent: boolean };

/** How many incidents of a project are open, and whether it is the one on the page. */
function ProjectState({ project: { openIncidents }, isCurrent }: ProjectStateProps) {
  return (
    <>
      {openIncidents > 0 && <span className={styles["open"]}>{incidentsText(openIncidents)}</span>}
      {isCurrent && <IconCheck size={16} aria-label="on this page" />}
    </>
  );
}

function incidentsText(count: number): string {
  return count === 1 ? "1 open incident" : `${count} open incidents`;
}

type ProjectGroup = { label: string; projects: Me["projects"] };

/** A person in one organization sees no more than their projects. */
function projectGroups({ projects, organizations }: Me): ProjectGroup[] {
  if (new Set(projects.map(({ organizationId }) => organizationId)).size <= 1)
    return [{ label: "Projects", projects }];
  const groups = organizations.map(({ id, name }) => ({
    label: name,
    projects: projects.filter(({ organizationId }) => organizationId === id),
  }));
  const named = new Set(organizations.map(({ id }) => id));
  const others = projects.filter(({ organizationId }) => !named.has(organizationId));
  return [...groups, { label: "Shared with you", projects: others }].filter(
    (group) => group.projects.length > 0,
  );
}

const SCHEMES: { scheme: MantineColorScheme; label: string; icon: typeof IconSun }[] = [
  { scheme: "light", label: "Light", icon: IconSun },
  { scheme: "dark", label: "Dark", icon: IconMoon },
  { scheme: "auto", label: "Same as this device", icon: IconDeviceDesktop },
];

/** A menu to choose light, dark, or the setting of the device. */
export function ColorSchemeToggle() {
  const { colorScheme, setColorScheme } = useMantineColorScheme({ keepTransitions: true });
  const Current = SCHEMES.find(({ scheme }) => scheme === colorScheme)?.icon ?? IconSun;
  return (
    <LazyMenu
      position="bottom-end"
      target={
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label="Colours: light or dark">
          <Current size={20} />
        </ActionIcon>
      }
      entries={() =>
        SCHEMES.map(({ scheme, label, icon: Icon }) => ({
          label,
          icon: <Icon size={16} aria-hidden />,
          right: scheme === colorScheme ? <IconCheck size={16} aria-label="chosen" /> : null,
          onClick: () => setColorScheme(scheme),
        }))
      }
    />
  );
}

/** A menu that shows who is signed in, links to the account, and signs out. */
export function AccountMenu({ me: { user, isOperator } }: { me: Me }) {
  const navigate = useNavigate();
  const signOut = useSignOut();
  const client = useQueryClient();
  // Read only now: no page needs it before somebody leaves.
  const goOn = async () => {
    const instance = await client.fetchQuery(instanceQuery).catch(() => null);
    const proxy = instance?.trustedHeader ?? null;
    if (proxy !== null && proxy.signOutUrl !== null) window.location.assign(proxy.signOutUrl);
    else await navigate({ to: "/sign-in", search: proxy === null ? {} : { out: "yes" } });
  };
  const submit = () => signOut.mutate(undefined, { onSuccess: () => void goOn(), onError: toast.error });
  return (
    <LazyMenu
      position="bottom-end"
      width={220}
      target={
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={`Account: ${user.name}`}>
          <IconUserCircle size={22} />
        </ActionIcon>
      }
      entries={() => [
        { label: user.email },
        { label: "Your account", to: "/account", icon: <IconUserCircle size={16} aria-hidden /> },
        ...(isOperator
          ? [{ label: "This instance", to: "/operator", icon: <IconServer size={16} aria-hidden /> }]
          : []),
        { label: "Sign out", icon: <IconLogout size={16} aria-hidden />, onClick: submit },
      ]}
    />
  );
}
