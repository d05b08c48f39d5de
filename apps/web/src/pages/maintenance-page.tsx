import { Button } from "@mantine/core";
import { IconPlus, IconCalendarTime, IconTool } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { maintenanceCurl, ruleText, scopeText } from "../maintenance/window-text.ts";
import {
  useDeleteWindow,
  useRestoreWindow,
  useStartWindow,
  useStopWindow,
  windowsQuery,
  type WindowView,
} from "../maintenance/maintenance-queries.ts";
import { StartMaintenanceForm } from "../maintenance/start-maintenance-form.tsx";
import { Card } from "../ui/card.tsx";
import { CodeBlock } from "../ui/code-block.tsx";
import { Listing } from "../ui/listing.tsx";
import { Page, TextLink } from "../ui/page.tsx";
import { EditorsOnly } from "../ui/role.tsx";
import { deleteWithUndo, toast } from "../ui/toast.tsx";
import { useNames } from "./use-names.ts";
import { DeleteMenu, EditLink } from "../ui/item-actions.tsx";
import { browserZone } from "../time/zones.ts";
import { ExactTime } from "../ui/time.tsx";
import { StatusLabel } from "../ui/status-label.tsx";
import items from "../ui/items.module.css";
import styles from "../maintenance/maintenance.module.css";

export function MaintenancePage() {
  const { projectId } = useParams({ from: "/signed-in/projects/$projectId/maintenance" });
  const query = useQuery(windowsQuery(projectId));
  const { checks } = useNames(projectId);
  const start = useStartWindow(projectId);
  const stop = useStopWindow(projectId);
  const remove = useDeleteWindow(projectId);
  const restore = useRestoreWindow(projectId);
  return (
    <Page
      title="Maintenance"
      lead={
        <>
          During a maintenance window deadlines are excluded, nobody gets notified, and the history shows it.
          <div>
            <TextLink to="/projects/$projectId/clock-changes" params={{ projectId }}>
              Clock changes to come
            </TextLink>
          </div>
        </>
      }
      actions={
        <EditorsOnly>
          <Button
            component={Link}
            to={`/projects/${projectId}/maintenance/new`}
            leftSection={<IconPlus size={18} aria-hidden />}
          >
            New window
          </Button>
        </EditorsOnly>
      }
    >
      <EditorsOnly>
        <Card title="Start now">
          <StartMaintenanceForm
            checks={checks}
            isStarting={start.isPending}
            start={(draft, done) =>
              start.mutate(draft, {
                onSuccess: () => {
                  done();
                  toast.success("Maintenance has begun.");
                },
                onError: toast.error,
              })
            }
          />
        </Card>
      </EditorsOnly>
      <Listing query={query} empty="No maintenance window yet.">
        {(windows) => (
          <WindowList
            projectId={projectId}
            windows={windows}
            checks={checks}
            stop={(window) =>
              stop.mutate(window.id, {
                onSuccess: () => toast.success("Maintenance is over."),
                onError: toast.error,
              })
            }
            remove={(window) => deleteWithUndo(window, { remove, restore })}
          />
        )}
      </Listing>
      <Card title="In a deploy script">
        <CodeBlock code={maintenanceCurl(globalThis.location.origin, projectId)} what="lines for a script" />
      </Card>
    </Page>
  );
}

type Props = {
  projectId: string;
  windows: readonly WindowView[];
  checks: ReadonlyMap<string, string>;
  stop: (window: WindowView) => void;
  remove: (window: WindowView) => void;
};

/** The maintenance windows of a project: first those that last now, then those to come, then those that are over. */
export function WindowList({ windows, ...props }: Props) {
  const rank = (window: WindowView) => (window.active !== null ? 0 : window.next !== null ? 1 : 2);
  return (
    <ul className={items["list"]}>
      {windows
        .toSorted((a, b) => rank(a) - rank(b))
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
    <li className={items["item"]}>
      <div className={items["words"]}>
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
          <EditLink name={name} to={`/projects/${projectId}/maintenance/${id}`} />
          <DeleteMenu name={name} remove={() => remove(window)} />
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
