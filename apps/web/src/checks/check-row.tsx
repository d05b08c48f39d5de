import { ActionIcon, Menu } from "@mantine/core";
import {
  IconCopy,
  IconDotsVertical,
  IconPencil,
  IconPlayerPause,
  IconPlayerPlay,
  IconTrash,
} from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";

import { Ago } from "../ui/ago.tsx";
import type { CheckView } from "./check-queries.ts";
import { checkName } from "./check-name.ts";
import { Countdown, LiveStatus } from "./live-status.tsx";
import { scheduleZone } from "./schedule-zone.ts";
import { TagList } from "./tag-list.tsx";
import type { CheckActions } from "./use-check-actions.tsx";
import styles from "./check-list.module.css";

/** One check in the list. */
export function CheckRow({ check, actions }: { check: CheckView; actions: CheckActions }) {
  const zone = scheduleZone(check.schedule);
  return (
    <li className={styles["row"]}>
      <div className={styles["status"]}>
        <LiveStatus check={check} />
      </div>
      <div className={styles["who"]}>
        <Link
          to="/projects/$projectId/checks/$checkId"
          params={{ projectId: check.projectId, checkId: check.id }}
          className={styles["name"]}
        >
          {checkName(check)}
        </Link>
        {check.tags.length > 0 && <TagList tags={check.tags} />}
      </div>
      <div className={styles["schedule"]}>{check.scheduleText}</div>
      <div className={styles["last"]}>
        <span className={styles["label"]}>Last ping </span>
        {check.lastPingAt === null ? "never" : <Ago at={check.lastPingAt} {...(zone && { zone })} />}
      </div>
      <div className={styles["next"]}>
        <Countdown check={check} />
      </div>
      <RowMenu check={check} actions={actions} />
    </li>
  );
}

function RowMenu({ check, actions }: { check: CheckView; actions: CheckActions }) {
  const { pingUrl } = check;
  return (
    <Menu position="bottom-end" width={200}>
      <Menu.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={`What to do with ${checkName(check)}`}
          className={styles["menu"]}
        >
          <IconDotsVertical size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {pingUrl !== null && (
          <Menu.Item leftSection={<IconCopy size={16} aria-hidden />} onClick={() => actions.copy(pingUrl)}>
            Copy ping URL
          </Menu.Item>
        )}
        <Menu.Item
          component={Link}
          to={`/projects/${check.projectId}/checks/${check.id}/edit`}
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
        <Menu.Divider />
        <Menu.Item
          color="red"
          leftSection={<IconTrash size={16} aria-hidden />}
          onClick={() => actions.remove(check)}
        >
          Delete
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
