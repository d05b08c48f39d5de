import { ActionIcon, type ActionIconProps, type ElementProps, Menu } from "@mantine/core";
import {
  IconCopy,
  IconDotsVertical,
  IconPencil,
  IconPlayerPause,
  IconPlayerPlay,
  IconTrash,
} from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import { useCanEdit } from "../ui/role.tsx";
import styles from "./check-list.module.css";
import type { CheckOverview } from "./check-queries.ts";
import type { CheckActions } from "./use-check-actions.tsx";

type MenuProps = { projectId: string; check: CheckOverview; actions: CheckActions };

/** Rendering a menu is expensive and it is rarely opened, so only its button is rendered before. */
export function RowMenu(props: MenuProps) {
  const [isOpened, setOpened] = useState(false);
  if (!useCanEdit()) return null;
  return isOpened ? (
    <OpenedMenu {...props} />
  ) : (
    <MenuButton check={props.check} onClick={() => setOpened(true)} />
  );
}

function MenuButton({
  check,
  ...button
}: { check: CheckOverview } & ActionIconProps & ElementProps<"button", keyof ActionIconProps>) {
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      aria-haspopup="menu"
      aria-label={`Actions for ${check.name}`}
      className={styles["menu"] ?? ""}
      {...button}
    >
      <IconDotsVertical size={18} />
    </ActionIcon>
  );
}

function OpenedMenu({ projectId, check, actions }: MenuProps) {
  return (
    <Menu position="bottom-end" width={200} defaultOpened>
      <Menu.Target>
        <MenuButton check={check} />
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<IconCopy size={16} aria-hidden />}
          onClick={() => actions.copyPingUrl(check)}
        >
          Copy ping URL
        </Menu.Item>
        <Menu.Item
          component={Link}
          to={`/projects/${projectId}/checks/${check.id}/edit`}
          leftSection={<IconPencil size={16} aria-hidden />}
        >
          Edit
        </Menu.Item>
        {check.status === "paused" ? (
          <Menu.Item
            leftSection={<IconPlayerPlay size={16} aria-hidden />}
            onClick={() => actions.resume(check)}
          >
            Resume
          </Menu.Item>
        ) : (
          <Menu.Item
            leftSection={<IconPlayerPause size={16} aria-hidden />}
            onClick={() => actions.pause(check)}
          >
            Pause
          </Menu.Item>
        )}
        <Menu.Item
          className={styles["delete"] ?? ""}
          leftSection={<IconTrash size={16} aria-hidden />}
          onClick={() => actions.remove(check)}
        >
          Delete
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
