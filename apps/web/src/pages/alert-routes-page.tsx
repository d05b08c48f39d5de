import { Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";

import { NotificationPreview } from "../alert-routes/notification-preview.tsx";
import { RouteList } from "../alert-routes/route-list.tsx";
import {
  routesQuery,
  useDeleteRoute,
  useOrderRoutes,
  useRestoreRoute,
} from "../alert-routes/route-queries.ts";
import { Card } from "../ui/card.tsx";
import { Listing } from "../ui/listing.tsx";
import { Page } from "../ui/page.tsx";
import { EditorsOnly } from "../ui/role.tsx";
import { deleteWithUndo, toast } from "../ui/toast.tsx";
import { useNames } from "./use-names.ts";

export function RoutesPage() {
  const { projectId } = useParams({ from: "/signed-in/projects/$projectId/routes" });
  const query = useQuery(routesQuery(projectId));
  const names = useNames(projectId);
  const order = useOrderRoutes(projectId);
  const remove = useDeleteRoute(projectId);
  const restore = useRestoreRoute(projectId);
  return (
    <Page
      title="Routes"
      lead="Rules for who gets notified of which incident, when and how often. Where two routes notify one channel, the upper one applies."
      actions={
        <EditorsOnly>
          <Button
            component={Link}
            to={`/projects/${projectId}/routes/new`}
            leftSection={<IconPlus size={18} aria-hidden />}
          >
            New route
          </Button>
        </EditorsOnly>
      }
    >
      <Listing
        query={query}
        empty="No route yet: each check notifies its own channels immediately. Create a route to escalate, to send reminders, or to notify only at certain hours."
      >
        {(routes) => (
          <RouteList
            projectId={projectId}
            routes={routes}
            names={names}
            reorder={(wanted) => order.mutate(wanted, { onError: toast.error })}
            remove={(route) => deleteWithUndo(route, { remove, restore })}
          />
        )}
      </Listing>
      <Card title="Who gets notified?">
        <NotificationPreview projectId={projectId} checks={names.checks} />
      </Card>
    </Page>
  );
}
