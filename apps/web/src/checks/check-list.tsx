import { memo, useMemo, useState } from "react";
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

import { useComputedFromNow } from "../time/clock.ts";
import { AnnounceChanges } from "../ui/announce.tsx";
import { checkName } from "@overdue/core";
import type { CheckView } from "./check-queries.ts";
import { selectChecks, type Selection } from "./check-selection.ts";
import { STATUS_LABELS, statusAt, checkTiming } from "./status.ts";
import { type CheckActions, useCheckActions } from "./use-check-actions.tsx";
import styles from "./check-list.module.css";
import { RelativeTime } from "../ui/time.tsx";
import { useCanEdit } from "../ui/role.tsx";
import { Countdown, LiveStatus } from "./status-badge.tsx";
import { scheduleZone } from "./schedule-queries.ts";

type CheckListProps = { projectId: string; checks: readonly CheckView[]; selection: Selection };

/** The checks of a selection. */
export function CheckList({ projectId, checks, selection }: CheckListProps) {
  const actions = useCheckActions(projectId);
  // Time alone may reorder the list; doing so every ten seconds is often enough.
  const now = useComputedFromNow((at) => Math.floor(at / 10_000) * 10_000);
  const shown = useMemo(() => selectChecks(checks, selection, now), [checks, selection, now]);
  const labels = useMemo(() => statusLabels(checks, now), [checks, now]);
  return (
    <>
      <AnnounceChanges labels={labels} />
      {shown.length === 0 ? (
        <p className={styles["none"]}>No check matches this filter.</p>
      ) : (
        <div className={styles["list"]}>
          <div className={styles["heads"]} aria-hidden>
            <span>Status</span>
            <span>Check</span>
            <span>Schedule</span>
            <span>Last ping</span>
            <span>Next</span>
          </div>
          <ul className={styles["rows"]} aria-label="Checks">
            {shown.map((check) => (
              <CheckRow key={check.id} check={check} actions={actions} />
            ))}
          </ul>
        </div>
      )}
    </>
  );
}

function statusLabels(checks: readonly CheckView[], now: number): ReadonlyMap<string, string> {
  return new Map(
    checks.map((check) => [checkName(check), STATUS_LABELS[statusAt(checkTiming(check), now)].toLowerCase()]),
  );
}

type CheckRowProps = { check: CheckView; actions: CheckActions };

/** One check in the list; memo renders it again only where it changed. */
const CheckRow = memo(function CheckRow({ check, actions }: CheckRowProps) {
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
        {check.lastPingAt === null ? "never" : <RelativeTime at={check.lastPingAt} zone={zone} />}
      </div>
      <div className={styles["next"]}>
        <Countdown check={check} />
      </div>
      <RowMenu check={check} actions={actions} />
    </li>
  );
});

/** Rendering a menu is expensive and it is rarely opened, so only its button is rendered before. */
function RowMenu(props: CheckRowProps) {
  const [isOpened, setOpened] = useState(false);
  const mayEdit = useCanEdit();
  if (!mayEdit && props.check.pingUrl === null) return null;
  return isOpened ? (
    <OpenedMenu {...props} />
  ) : (
    <MenuButton check={props.check} onClick={() => setOpened(true)} />
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
      aria-label={`Actions for ${checkName(check)}`}
      className={styles["menu"] ?? ""}
      {...button}
    >
      <IconDotsVertical size={18} />
    </ActionIcon>
  );
}

function OpenedMenu({ check, actions }: CheckRowProps) {
  const { pingUrl } = check;
  const mayEdit = useCanEdit();
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

function EditingItems({ check, actions }: CheckRowProps) {
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

export function TagList({ tags }: { tags: readonly string[] }) {
  return (
    <ul className={styles["tags"]} aria-label="Tags">
      {tags.map((tag) => (
        <li key={tag}>{tag}</li>
      ))}
    </ul>
  );
}
