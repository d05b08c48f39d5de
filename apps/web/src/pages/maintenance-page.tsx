import { Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";

import { maintenanceCurl } from "../maintenance/window-text.ts";
import {
  useDeleteWindow,
  useRestoreWindow,
  useStartWindow,
  useStopWindow,
  windowsQuery,
} from "../maintenance/maintenance-queries.ts";
import { StartMaintenanceForm } from "../maintenance/start-maintenance-form.tsx";
import { WindowList } from "../maintenance/window-list.tsx";
import { Card } from "../ui/card.tsx";
import { CodeBlock } from "../ui/code-block.tsx";
import { Listing } from "../ui/listing.tsx";
import { Page, TextLink } from "../ui/page.tsx";
import { EditorsOnly } from "../ui/role.tsx";
import { deleteWithUndo, toast } from "../ui/toast.tsx";
import { useNames } from "./use-names.ts";

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
