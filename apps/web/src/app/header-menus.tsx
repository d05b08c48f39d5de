import { ActionIcon, Button, type MantineColorScheme, Menu, useMantineColorScheme } from "@mantine/core";
import {
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
import { Link, useNavigate } from "@tanstack/react-router";

import { type Me, useSignOut } from "../accounts/account-queries.ts";
import styles from "./shell.module.css";
import { toast } from "../ui/toast.tsx";

/** Shows the current project, and leads to the others. */
export function ProjectSwitcher({ projects, projectId }: { projects: Me["projects"]; projectId: string }) {
  const current = projects.find(({ id }) => id === projectId);
  return (
    <Menu position="bottom-start" width={240}>
      <Menu.Target>
        <Button
          variant="default"
          size="compact-md"
          rightSection={<IconSelector size={16} aria-hidden />}
          aria-label={`Project: ${current?.name ?? "unknown"}. Choose another`}
          className={styles["switcher"]}
        >
          {current?.name ?? "Project"}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Projects</Menu.Label>
        {projects.map(({ id, name }) => (
          <Menu.Item
            key={id}
            component={Link}
            to={`/projects/${id}/checks`}
            rightSection={id === projectId ? <IconCheck size={16} aria-label="open now" /> : null}
          >
            {name}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item component={Link} to="/projects/new" leftSection={<IconPlus size={16} aria-hidden />}>
          New project
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

const SCHEMES: { scheme: MantineColorScheme; label: string; icon: typeof IconSun }[] = [
  { scheme: "light", label: "Light", icon: IconSun },
  { scheme: "dark", label: "Dark", icon: IconMoon },
  { scheme: "auto", label: "Same as this device", icon: IconDeviceDesktop },
];

/** Switches between light, dark, and the setting of the device. */
export function ColorSchemeToggle() {
  const { colorScheme, setColorScheme } = useMantineColorScheme({ keepTransitions: true });
  const Current = SCHEMES.find(({ scheme }) => scheme === colorScheme)?.icon ?? IconSun;
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label="Colours: light or dark">
          <Current size={20} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {SCHEMES.map(({ scheme, label, icon: Icon }) => (
          <Menu.Item
            key={scheme}
            leftSection={<Icon size={16} aria-hidden />}
            rightSection={scheme === colorScheme ? <IconCheck size={16} aria-label="chosen" /> : null}
            onClick={() => setColorScheme(scheme)}
          >
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

/** Shows the account that is signed in, and signs out. */
export function AccountMenu({ me: { user, isOperator } }: { me: Me }) {
  const navigate = useNavigate();
  const signOut = useSignOut();
  const submit = () =>
    signOut.mutate(undefined, { onSuccess: () => void navigate({ to: "/sign-in" }), onError: toast.error });
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={`Account: ${user.name}`}>
          <IconUserCircle size={22} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{user.email}</Menu.Label>
        {isOperator && (
          <Menu.Item component={Link} to="/operator" leftSection={<IconServer size={16} aria-hidden />}>
            This instance
          </Menu.Item>
        )}
        <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={submit}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
