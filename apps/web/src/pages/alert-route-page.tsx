import { canonicalTimezone } from "@overdue/schedules";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { notFound, useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";

import { checksQuery } from "../checks/check-queries.ts";
import { collectTags } from "../checks/check-selection.ts";
import { ConflictAlert } from "../conflicts/conflict.tsx";
import { useItemEdit } from "../conflicts/use-edit.ts";
import { newRouteValues, type RouteDraft, routeValues } from "../alert-routes/route-values.ts";
import { routeFacts } from "../alert-routes/route-text.ts";
import { RouteForm } from "../alert-routes/route-form.tsx";
import { routesQuery, type RouteView, useCreateRoute, useEditRoute } from "../alert-routes/route-queries.ts";
import { browserZone } from "../time/zones.ts";
import { ManagedNote } from "../ui/status-label.tsx";
import { BackArrow, Page, TextLink } from "../ui/page.tsx";
import { useNames } from "./use-names.ts";

export function NewRoutePage() {
  const { projectId } = useParams({ from: "/signed-in/projects/$projectId/routes/new" });
  const [initial] = useState(() => newRouteValues(zone()));
  const create = useCreateRoute(projectId);
  const leave = useLeave(projectId);
  return (
    <Page title="New route" narrow back={<Back projectId={projectId} />}>
      <Form
        projectId={projectId}
        initial={initial}
        isNew
        save={async (draft) => {
          await create.mutateAsync(draft);
          await leave();
        }}
      />
    </Page>
  );
}

export function EditRoutePage() {
  const { projectId, routeId } = useParams({ from: "/signed-in/projects/$projectId/routes/$routeId" });
  const { data: routes } = useSuspenseQuery(routesQuery(projectId));
  const route = routes.find(({ id }) => id === routeId);
  if (!route) throw notFound();
  return (
    <Page title={`Edit ${route.name}`} narrow back={<Back projectId={projectId} />}>
      <ManagedNote managedBy={route.managedBy} />
      <EditRoute key={routeId} projectId={projectId} route={route} />
    </Page>
  );
}

function EditRoute({ projectId, route }: { projectId: string; route: RouteView }) {
  const { mutateAsync } = useEditRoute(projectId, route.id);
  const leave = useLeave(projectId);
  const names = useNames(projectId);
  const edit = useItemEdit<RouteView, RouteDraft>({
    item: route,
    list: routesQuery(projectId),
    send: async (draft, version) => {
      await mutateAsync({ draft, version });
      await leave();
    },
  });
  return (
    <>
      <ConflictAlert edit={edit} facts={(view) => routeFacts(view, names)} />
      <Form
        key={edit.base.version}
        projectId={projectId}
        initial={routeValues(edit.base, zone())}
        isNew={false}
        save={edit.save}
      />
    </>
  );
}

type FormProps = Pick<Parameters<typeof RouteForm>[0], "initial" | "isNew" | "save"> & { projectId: string };

function Form({ projectId, ...props }: FormProps) {
  const names = useNames(projectId);
  const { data: checks = [] } = useQuery(checksQuery(projectId));
  const leave = useLeave(projectId);
  return <RouteForm {...props} names={names} knownTags={collectTags(checks)} cancel={() => void leave()} />;
}

function useLeave(projectId: string): () => Promise<void> {
  const navigate = useNavigate();
  return () => navigate({ to: "/projects/$projectId/routes", params: { projectId } });
}

function Back({ projectId }: { projectId: string }) {
  return (
    <TextLink to="/projects/$projectId/routes" params={{ projectId }}>
      <BackArrow />
      Routes
    </TextLink>
  );
}

const zone = () => canonicalTimezone(browserZone()) ?? "UTC";
