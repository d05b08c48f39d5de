import { canonicalTimezone } from "@overdue/core";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { notFound, useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";

import { checksQuery } from "../checks/check-queries.ts";
import { tagsOf } from "../checks/check-selection.ts";
import { useCreateWindow, useEditWindow, windowsQuery } from "../maintenance/maintenance-queries.ts";
import { WindowForm } from "../maintenance/window-form.tsx";
import { newWindowValues, windowValues } from "../maintenance/window-values.ts";
import { serverNow } from "../time/clock.ts";
import { browserZone } from "../time/zoned.ts";
import { Card } from "../ui/card.tsx";
import { BackArrow, Page, TextLink } from "../ui/page.tsx";
import { useNames } from "./use-names.ts";

export function NewWindowPage() {
  const { projectId } = useParams({ from: "/signed-in/projects/$projectId/maintenance/new" });
  const [initial] = useState(() => newWindowValues(zone(), serverNow()));
  const create = useCreateWindow(projectId);
  return (
    <Page title="Plan a maintenance window" narrow back={<Back projectId={projectId} />}>
      <Form projectId={projectId} initial={initial} isNew save={(draft) => create.mutateAsync(draft)} />
    </Page>
  );
}

export function EditWindowPage() {
  const ref = useParams({ from: "/signed-in/projects/$projectId/maintenance/$windowId" });
  const { data: windows } = useSuspenseQuery(windowsQuery(ref.projectId));
  const edit = useEditWindow(ref.projectId, ref.windowId);
  const window = windows.find(({ id }) => id === ref.windowId);
  if (!window) throw notFound();
  return (
    <Page title={`Edit ${window.name}`} narrow back={<Back projectId={ref.projectId} />}>
      <Form
        key={window.id}
        projectId={ref.projectId}
        initial={windowValues(window, zone(), serverNow())}
        isNew={false}
        save={(draft) => edit.mutateAsync(draft)}
      />
    </Page>
  );
}

type FormProps = Pick<Parameters<typeof WindowForm>[0], "initial" | "isNew" | "save"> & { projectId: string };

function Form({ projectId, save, ...props }: FormProps) {
  const navigate = useNavigate();
  const { checks } = useNames(projectId);
  const { data: known = [] } = useQuery(checksQuery(projectId));
  const leave = () => navigate({ to: "/projects/$projectId/maintenance", params: { projectId } });
  return (
    <Card>
      <WindowForm
        {...props}
        checks={checks}
        knownTags={tagsOf(known)}
        save={async (draft) => {
          await save(draft);
          await leave();
        }}
        cancel={() => void leave()}
      />
    </Card>
  );
}

function Back({ projectId }: { projectId: string }) {
  return (
    <TextLink to="/projects/$projectId/maintenance" params={{ projectId }}>
      <BackArrow />
      Maintenance
    </TextLink>
  );
}

const zone = () => canonicalTimezone(browserZone()) ?? "UTC";
