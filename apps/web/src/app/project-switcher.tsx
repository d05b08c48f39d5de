import { Button, Menu } from "@mantine/core";
import { IconCheck, IconPlus, IconSelector } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";

import type { Me } from "../accounts/account-queries.ts";
import styles from "./project-switcher.module.css";

/** Names the open project and leads to the others. */
export function ProjectSwitcher({ projects, projectId }: { projects: Me["projects"]; projectId: string }) {
  const open = projects.find(({ id }) => id === projectId);
  return (
    <Menu position="bottom-start" width={240}>
      <Menu.Target>
        <Button
          variant="default"
          size="compact-md"
          rightSection={<IconSelector size={16} aria-hidden />}
          aria-label={`Project: ${open?.name ?? "unknown"}. Choose another`}
          className={styles["switcher"]}
        >
          {open?.name ?? "Project"}
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
