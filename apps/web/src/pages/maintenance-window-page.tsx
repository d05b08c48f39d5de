import { canonicalTimezone } from "@overdue/schedules";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { notFound, useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";

import { checksQuery } from "../checks/check-queries.ts";
import { collectTags } from "../checks/check-selection.ts";
import { ConflictAlert } from "../conflicts/conflict.tsx";
import { useItemEdit } from "../conflicts/use-edit.ts";
import {
  useCreateWindow,
  useEditWindow,
  windowsQuery,
  type WindowView,
} from "../maintenance/maintenance-queries.ts";
import { windowFacts } from "../maintenance/window-text.ts";
import { WindowForm } from "../maintenance/window-form.tsx";
import { newWindowValues, type WindowDraft, windowValues } from "../maintenance/window-values.ts";
import { serverNow } from "../time/clock.ts";
import { browserZone } from "../time/zones.ts";
import { Card } from "../ui/card.tsx";
import { BackArrow, Page, TextLink } from "../ui/page.tsx";
import { useNames } from "./use-names.ts";

export function NewWindowPage() {
  const { projectId } = useParams({ from: "/signed-in/projects/$projectId/maintenance/new" });
  const [initial] = useState(() => newWindowValues(zone(), serverNow()));
  const create = useCreateWindow(projectId);
  const leave = useLeave(projectId);
  return (
    <Page title="New maintenance window" narrow back={<Back projectId={projectId} />}>
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

export function EditWindowPage() {
  const ref = useParams({ from: "/signed-in/projects/$projectId/maintenance/$windowId" });
  const { data: windows } = useSuspenseQuery(windowsQuery(ref.projectId));
  const window = windows.find(({ id }) => id === ref.windowId);
  if (!window) throw notFound();
  return (
    <Page title={`Edit ${window.name}`} narrow back={<Back projectId={ref.projectId} />}>
      <EditWindow key={window.id} projectId={ref.projectId} window={window} />
    </Page>
  );
}

function EditWindow({ projectId, window }: { projectId: string; window: WindowView }) {
  const { mutateAsync } = useEditWindow(projectId, window.id);
  const leave = useLeave(projectId);
  const { checks } = useNames(projectId);
  const edit = useItemEdit<WindowView, WindowDraft>({
    item: window,
    list: windowsQuery(projectId),
    send: async (draft, version) => {
      await mutateAsync({ draft, version });
      await leave();
    },
  });
  return (
    <>
      <ConflictAlert edit={edit} facts={(view) => windowFacts(view, checks, zone())} />
      <Form
        key={edit.base.version}
        projectId={projectId}
        initial={windowValues(edit.base, zone(), serverNow())}
        isNew={false}
        save={edit.save}
      />
    </>
  );
}

type FormProps = Pick<Parameters<typeof WindowForm>[0], "initial" | "isNew" | "save"> & { projectId: string };

function Form({ projectId, ...props }: FormProps) {
  const { checks } = useNames(projectId);
  const { data: known = [] } = useQuery(checksQuery(projectId));
  const leave = useLeave(projectId);
  return (
    <Card>
      <WindowForm {...props} checks={checks} knownTags={collectTags(known)} cancel={() => void leave()} />
    </Card>
  );
}

function useLeave(projectId: string): () => Promise<void> {
  const navigate = useNavigate();
  return () => navigate({ to: "/projects/$projectId/maintenance", params: { projectId } });
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
