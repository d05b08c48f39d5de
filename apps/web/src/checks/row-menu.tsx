import { ActionIcon } from "@mantine/core";
import {
  IconCopy,
  IconDotsVertical,
  IconPencil,
  IconPlayerPause,
  IconPlayerPlay,
  IconTrash,
} from "@tabler/icons-react";

import { LazyMenu, type MenuEntry } from "../ui/lazy-menu.tsx";
import { useCanEdit } from "../ui/role.tsx";
import styles from "./check-list.module.css";
import type { CheckOverview } from "./check-queries.ts";
import type { CheckActions } from "./use-check-actions.tsx";

type MenuProps = { projectId: string; check: CheckOverview; actions: CheckActions };

/** What an editor does with the check of a row. */
export function RowMenu(props: MenuProps) {
  if (!useCanEdit()) return null;
  return (
    <LazyMenu
      position="bottom-end"
      width={200}
      target={
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={`Actions for ${props.check.name}`}
          className={styles["menu"] ?? ""}
        >
          <IconDotsVertical size={18} />
        </ActionIcon>
      }
      entries={() => menuEntries(props)}
    />
  );
}

function menuEntries({ projectId, check, actions }: MenuProps): MenuEntry[] {
  const edit = `/projects/${projectId}/checks/${check.id}/edit`;
  return [
    {
      label: "Copy ping URL",
      icon: <IconCopy size={16} aria-hidden />,
      onClick: () => actions.copyPingUrl(check),
    },
    { label: "Edit", icon: <IconPencil size={16} aria-hidden />, to: edit },
    check.status === "paused"
      ? {
          label: "Resume",
          icon: <IconPlayerPlay size={16} aria-hidden />,
          onClick: () => actions.resume(check),
        }
      : {
          label: "Pause",
          icon: <IconPlayerPause size={16} aria-hidden />,
          onClick: () => actions.pause(check),
        },
    {
      label: "Delete",
      icon: <IconTrash size={16} aria-hidden />,
      className: styles["delete"],
      onClick: () => actions.remove(check),
    },
  ];
}
