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

import { memo, useState } from "react";

import { Ago } from "../ui/ago.tsx";
import { useMayEdit } from "../ui/role.tsx";
import type { CheckView } from "./check-queries.ts";
import { checkName } from "./check-name.ts";
import { Countdown, LiveStatus } from "./live-status.tsx";
import { scheduleZone } from "./schedule-zone.ts";
import { TagList } from "./tag-list.tsx";
import type { CheckActions } from "./use-check-actions.tsx";
import styles from "./check-list.module.css";

type Props = { check: CheckView; actions: CheckActions };

/** One check in the list; it is drawn again only where it changed. */
export const CheckRow = memo(function CheckRow({ check, actions }: Props) {
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
});

/** A menu is dear and rarely opened: until then its button stands alone. */
function RowMenu(props: Props) {
  const [wanted, setWanted] = useState(false);
  const mayEdit = useMayEdit();
  if (!mayEdit && props.check.pingUrl === null) return null;
  return wanted ? (
    <OpenedMenu {...props} />
  ) : (
    <MenuButton check={props.check} onClick={() => setWanted(true)} />
  );
}

function MenuButton({
  check,
  ...button
}: { check: CheckView } & ActionIconProps & ElementProps<"button", keyof ActionIconProps>) {
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      aria-haspopup="menu"
      aria-label={`What to do with ${checkName(check)}`}
      className={styles["menu"] ?? ""}
      {...button}
    >
      <IconDotsVertical size={18} />
    </ActionIcon>
  );
}

function OpenedMenu({ check, actions }: Props) {
  const { pingUrl } = check;
  const mayEdit = useMayEdit();
  return (
    <Menu position="bottom-end" width={200} defaultOpened>
      <Menu.Target>
        <MenuButton check={check} />
      </Menu.Target>
      <Menu.Dropdown>
        {pingUrl !== null && (
          <Menu.Item leftSection={<IconCopy size={16} aria-hidden />} onClick={() => actions.copy(pingUrl)}>
            Copy ping URL
          </Menu.Item>
        )}
        {mayEdit && <EditingItems check={check} actions={actions} />}
      </Menu.Dropdown>
    </Menu>
  );
}

function EditingItems({ check, actions }: Props) {
  return (
    <>
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
    </>
  );
}
