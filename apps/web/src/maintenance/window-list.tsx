import { ActionIcon, Button } from "@mantine/core";
import { LazyMenu } from "../ui/lazy-menu.tsx";
import { IconCalendarTime, IconDotsVertical, IconPencil, IconTool, IconTrash } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";

import { browserZone } from "../time/zones.ts";
import { ExactTime } from "../ui/time.tsx";
import { StatusLabel } from "../ui/status-label.tsx";
import { EditorsOnly } from "../ui/role.tsx";
import type { WindowView } from "./maintenance-queries.ts";
import { ruleText, scopeText } from "./window-text.ts";
import styles from "./maintenance.module.css";

type Props = {
  projectId: string;
  windows: readonly WindowView[];
  checks: ReadonlyMap<string, string>;
  stop: (window: WindowView) => void;
  remove: (window: WindowView) => void;
};

/** The maintenance windows of a project; those that last now come first. */
export function WindowList({ windows, ...props }: Props) {
  const order = (window: WindowView) => (window.active !== null ? 0 : window.next !== null ? 1 : 2);
  return (
    <ul className={styles["list"]}>
      {windows
        .toSorted((a, b) => order(a) - order(b))
        .map((window) => (
          <WindowItem key={window.id} window={window} {...props} />
        ))}
    </ul>
  );
}

type ItemProps = Omit<Props, "windows"> & { window: WindowView };

function WindowItem({ projectId, window, checks, stop, remove }: ItemProps) {
  const { id, name, rule, active, next } = window;
  return (
    <li className={styles["window"]}>
      <div className={styles["words"]}>
        <div className={styles["head"]}>
          <strong>{name}</strong>
          <State window={window} />
        </div>
        <div>{ruleText(rule, browserZone())}</div>
        <div className={styles["dimmed"]}>
          {scopeText(window, checks)}
          {active !== null && (
            <>
              {" · until "}
              <ExactTime at={active.until} />
            </>
          )}
          {active === null && next !== null && (
            <>
              {" · next "}
              <ExactTime at={next.from} />
            </>
          )}
        </div>
      </div>
      <EditorsOnly>
        <div className={styles["actions"]}>
          {active !== null && (
            <Button size="compact-md" aria-label={`Stop now: ${name}`} onClick={() => stop(window)}>
              Stop now
            </Button>
          )}
          <Button
            component={Link}
            to={`/projects/${projectId}/maintenance/${id}`}
            variant="default"
            size="compact-md"
            leftSection={<IconPencil size={16} aria-hidden />}
            aria-label={`Edit ${name}`}
          >
            Edit
          </Button>
          <LazyMenu
            position="bottom-end"
            target={
              <ActionIcon variant="subtle" color="gray" size={30} aria-label={`Actions for ${name}`}>
                <IconDotsVertical size={18} />
              </ActionIcon>
            }
            entries={() => [
              {
                label: "Delete",
                isDanger: true,
                icon: <IconTrash size={16} aria-hidden />,
                onClick: () => remove(window),
              },
            ]}
          />
        </div>
      </EditorsOnly>
    </li>
  );
}

function State({ window }: { window: WindowView }) {
  if (window.active !== null) {
    return (
      <StatusLabel icon={IconTool} tone="warn">
        Now
      </StatusLabel>
    );
  }
  return (
    <StatusLabel icon={IconCalendarTime} tone={window.next === null ? "neutral" : "info"}>
      {window.next === null ? "Over" : "Planned"}
    </StatusLabel>
  );
}
