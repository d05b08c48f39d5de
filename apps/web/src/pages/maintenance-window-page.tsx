import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { notFound, useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";

import { checksQuery } from "../checks/check-queries.ts";
import { collectTags } from "../checks/list-choices.ts";
import { ConflictAlert } from "../conflicts/conflict.tsx";
import { useItemEdit } from "../conflicts/use-edit.ts";
import { useSaveWindow, windowsQuery, type WindowView } from "../maintenance/maintenance-queries.ts";
import { windowFacts } from "../maintenance/window-text.ts";
import { WindowForm } from "../maintenance/window-form.tsx";
import { newWindowValues, type WindowDraft, windowValues } from "../maintenance/window-values.ts";
import { serverNow } from "../time/clock.ts";
import { browserZone } from "../time/zones.ts";
import { Card } from "../ui/card.tsx";
import { BackArrow, Page, TextLink } from "../ui/page.tsx";
import { useNames } from "./use-names.ts";

/** The form of a maintenance window: a new one where the address names none. */
export function WindowPage() {
  const { projectId = "", windowId } = useParams({ strict: false });
  const { data: windows } = useSuspenseQuery(windowsQuery(projectId));
  const window = windowId === undefined ? null : windows.find(({ id }) => id === windowId);
  if (window === undefined) throw notFound();
  return (
    <Page
      title={window === null ? "New maintenance window" : `Edit ${window.name}`}
      narrow
      back={
        <TextLink to="/projects/$projectId/maintenance" params={{ projectId }}>
          <BackArrow />
          Maintenance
        </TextLink>
      }
    >
      <WindowEditor key={windowId} projectId={projectId} window={window} />
    </Page>
  );
}

function WindowEditor({ projectId, window }: { projectId: string; window: WindowView | null }) {
  const { mutateAsync } = useSaveWindow(projectId);
  const leave = useLeave(projectId);
  const { checks } = useNames(projectId);
  const { data: known = [] } = useQuery(checksQuery(projectId));
  const [now] = useState(serverNow);
  const edit = useItemEdit<WindowView, WindowDraft, WindowView | null>({
    item: window,
    list: windowsQuery(projectId),
    send: async (draft, edited) => {
      await mutateAsync({ edited, draft });
      await leave();
    },
  });
  const { base } = edit;
  return (
    <>
      <ConflictAlert edit={edit} facts={(view) => windowFacts(view, checks, browserZone())} />
      <Card>
        <WindowForm
          key={base?.version}
          initial={
            base === null ? newWindowValues(browserZone(), now) : windowValues(base, browserZone(), now)
          }
          isNew={base === null}
          checks={checks}
          knownTags={collectTags(known)}
          save={edit.save}
          cancel={() => void leave()}
        />
      </Card>
    </>
  );
}

function useLeave(projectId: string): () => Promise<void> {
  const navigate = useNavigate();
  return () => navigate({ to: "/projects/$projectId/maintenance", params: { projectId } });
}
