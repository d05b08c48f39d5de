import { canonicalTimezone } from "@overdue/core";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { notFound, useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";

import { checksQuery } from "../checks/check-queries.ts";
import { tagsOf } from "../checks/check-selection.ts";
import { RouteForm } from "../routing/route-form.tsx";
import { routesQuery, useCreateRoute, useEditRoute } from "../routing/route-queries.ts";
import { newRouteValues, routeValues } from "../routing/route-values.ts";
import { browserZone } from "../time/zoned.ts";
import { BackArrow, Page, TextLink } from "../ui/page.tsx";
import { useNames } from "./use-names.ts";

export function NewRoutePage() {
  const { projectId } = useParams({ from: "/signed-in/projects/$projectId/routes/new" });
  const [initial] = useState(() => newRouteValues(zone()));
  const create = useCreateRoute(projectId);
  return (
    <Page title="New route" narrow back={<Back projectId={projectId} />}>
      <Form projectId={projectId} initial={initial} isNew save={(draft) => create.mutateAsync(draft)} />
    </Page>
  );
}

export function EditRoutePage() {
  const { projectId, routeId } = useParams({ from: "/signed-in/projects/$projectId/routes/$routeId" });
  const { data: routes } = useSuspenseQuery(routesQuery(projectId));
  const edit = useEditRoute(projectId, routeId);
  const route = routes.find(({ id }) => id === routeId);
  if (!route) throw notFound();
  return (
    <Page title={`Edit ${route.name}`} narrow back={<Back projectId={projectId} />}>
      <Form
        key={routeId}
        projectId={projectId}
        initial={routeValues(route, zone())}
        isNew={false}
        save={(draft) => edit.mutateAsync(draft)}
      />
    </Page>
  );
}

type FormProps = Pick<Parameters<typeof RouteForm>[0], "initial" | "isNew" | "save"> & { projectId: string };

function Form({ projectId, save, ...props }: FormProps) {
  const navigate = useNavigate();
  const names = useNames(projectId);
  const { data: checks = [] } = useQuery(checksQuery(projectId));
  const leave = () => navigate({ to: "/projects/$projectId/routes", params: { projectId } });
  return (
    <RouteForm
      {...props}
      names={names}
      knownTags={tagsOf(checks)}
      save={async (draft) => {
        await save(draft);
        await leave();
      }}
      cancel={() => void leave()}
    />
  );
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
