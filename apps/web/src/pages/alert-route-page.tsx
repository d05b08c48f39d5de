import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { notFound, useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";

import { checksQuery } from "../checks/check-queries.ts";
import { collectTags } from "../checks/list-choices.ts";
import { ConflictAlert } from "../conflicts/conflict.tsx";
import { useItemEdit } from "../conflicts/use-edit.ts";
import { newRouteValues, type RouteDraft, routeValues } from "../alert-routes/route-values.ts";
import { routeFacts } from "../alert-routes/route-text.ts";
import { RouteForm } from "../alert-routes/route-form.tsx";
import { routesQuery, type RouteView, useSaveRoute } from "../alert-routes/route-queries.ts";
import { browserZone } from "../time/zones.ts";
import { ManagedNote } from "../ui/status-label.tsx";
import { BackArrow, Page, TextLink } from "../ui/page.tsx";
import { useNames } from "./use-names.ts";

/** The form of an alert route: a new one where the address names none. */
export function RoutePage() {
  const { projectId = "", routeId } = useParams({ strict: false });
  const { data: routes } = useSuspenseQuery(routesQuery(projectId));
  const route = routeId === undefined ? null : routes.find(({ id }) => id === routeId);
  if (route === undefined) throw notFound();
  return (
    <Page
      title={route === null ? "New route" : `Edit ${route.name}`}
      narrow
      back={
        <TextLink to="/projects/$projectId/routes" params={{ projectId }}>
          <BackArrow />
          Routes
        </TextLink>
      }
    >
      <ManagedNote managedBy={route?.managedBy ?? null} />
      <RouteEditor key={routeId} projectId={projectId} route={route} />
    </Page>
  );
}

function RouteEditor({ projectId, route }: { projectId: string; route: RouteView | null }) {
  const { mutateAsync } = useSaveRoute(projectId);
  const { data: checks = [] } = useQuery(checksQuery(projectId));
  const leave = useLeave(projectId);
  const names = useNames(projectId);
  const [blank] = useState(() => newRouteValues(browserZone()));
  const edit = useItemEdit<RouteView, RouteDraft, RouteView | null>({
    item: route,
    list: routesQuery(projectId),
    send: async (draft, edited) => {
      await mutateAsync({ edited, draft });
      await leave();
    },
  });
  return (
    <>
      <ConflictAlert edit={edit} facts={(view) => routeFacts(view, names)} />
      <RouteForm
        key={edit.base?.version}
        initial={edit.base === null ? blank : routeValues(edit.base, browserZone())}
        isNew={edit.base === null}
        names={names}
        knownTags={collectTags(checks)}
        save={edit.save}
        cancel={() => void leave()}
      />
    </>
  );
}

function useLeave(projectId: string): () => Promise<void> {
  const navigate = useNavigate();
  return () => navigate({ to: "/projects/$projectId/routes", params: { projectId } });
}
