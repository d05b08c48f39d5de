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
  type WindowView,
} from "../maintenance/maintenance-queries.ts";
import { StartNow } from "../maintenance/start-now.tsx";
import { WindowList } from "../maintenance/window-list.tsx";
import { Card } from "../ui/card.tsx";
import { CodeBlock } from "../ui/code-block.tsx";
import { Listing } from "../ui/listing.tsx";
import { Page } from "../ui/page.tsx";
import { EditorsOnly } from "../ui/role.tsx";
import { tell } from "../ui/toast.tsx";
import { useNames } from "./use-names.ts";

export function MaintenancePage() {
  const { projectId } = useParams({ from: "/signed-in/projects/$projectId/maintenance" });
  const query = useQuery(windowsQuery(projectId));
  const { checks } = useNames(projectId);
  const start = useStartWindow(projectId);
  const stop = useStopWindow(projectId);
  const remove = useDeleteWindow(projectId);
  const restore = useRestoreWindow(projectId);
  const takeOut = (window: WindowView) =>
    remove.mutate(window.id, {
      onSuccess: () =>
        tell.undoable(`“${window.name}” is deleted.`, () =>
          restore.mutate(window.id, { onError: tell.trouble }),
        ),
      onError: tell.trouble,
    });
  return (
    <Page
      title="Maintenance"
      lead="Planned work: nothing that is due in it is judged, nobody is told, and the history says so."
      actions={
        <EditorsOnly>
          <Button
            component={Link}
            to={`/projects/${projectId}/maintenance/new`}
            leftSection={<IconPlus size={18} aria-hidden />}
          >
            Plan a window
          </Button>
        </EditorsOnly>
      }
    >
      <EditorsOnly>
        <Card title="Start now">
          <StartNow
            checks={checks}
            starting={start.isPending}
            start={(draft, done) =>
              start.mutate(draft, {
                onSuccess: () => {
                  done();
                  tell.done("Maintenance has begun.");
                },
                onError: tell.trouble,
              })
            }
          />
        </Card>
      </EditorsOnly>
      <Listing query={query} empty="No window is planned.">
        {(windows) => (
          <WindowList
            projectId={projectId}
            windows={windows}
            checks={checks}
            stop={(window) =>
              stop.mutate(window.id, {
                onSuccess: () => tell.done("Maintenance is over."),
                onError: tell.trouble,
              })
            }
            remove={takeOut}
          />
        )}
      </Listing>
      <Card title="In a deploy script">
        <CodeBlock code={maintenanceCurl(globalThis.location.origin, projectId)} what="lines for a script" />
      </Card>
    </Page>
  );
}
