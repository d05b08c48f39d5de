import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { notFound, useNavigate, useParams } from "@tanstack/react-router";
import { useMemo } from "react";

import { type CheckOverview, checksQuery } from "../checks/check-queries.ts";
import { ConflictAlert } from "../conflicts/conflict.tsx";
import { useItemEdit } from "../conflicts/use-edit.ts";
import { StatusPageForm } from "../status-pages/status-page-form.tsx";
import {
  type StatusPageDraft,
  type StatusPageView,
  statusPagesQuery,
  useSaveStatusPage,
} from "../status-pages/status-page-queries.ts";
import {
  newStatusPageValues,
  type PageCheck,
  statusPageFacts,
  statusPageValues,
} from "../status-pages/status-page-values.ts";
import { browserZone } from "../time/zones.ts";
import { BackArrow, Page, TextLink } from "../ui/page.tsx";
import { ManagedNote } from "../ui/status-label.tsx";

/** The form of the status page in the address, or of a new one if the address names none. */
export function StatusPageFormPage() {
  const { projectId = "", pageId } = useParams({ strict: false });
  const { data: pages } = useSuspenseQuery(statusPagesQuery(projectId));
  const page = pageId === undefined ? null : pages.find(({ id }) => id === pageId);
  if (page === undefined) throw notFound();
  return (
    <Page
      title={page === null ? "New status page" : `Edit ${page.name}`}
      wide
      back={
        <TextLink to="/projects/$projectId/status-pages" params={{ projectId }}>
          <BackArrow />
          Status pages
        </TextLink>
      }
    >
      <StatusPageEditor key={pageId} projectId={projectId} page={page} />
    </Page>
  );
}

function StatusPageEditor({ projectId, page }: { projectId: string; page: StatusPageView | null }) {
  const { mutateAsync } = useSaveStatusPage(projectId);
  const navigate = useNavigate();
  const { data: overviews } = useQuery(checksQuery(projectId));
  const checks = useMemo(() => (overviews ?? []).map(toPageCheck), [overviews]);
  const leave = (pageId: string | undefined) =>
    pageId === undefined
      ? navigate({ to: "/projects/$projectId/status-pages", params: { projectId }, ignoreBlocker: true })
      : navigate({
          to: "/projects/$projectId/status-pages/$pageId",
          params: { projectId, pageId },
          ignoreBlocker: true,
        });
  const edit = useItemEdit<StatusPageView, StatusPageDraft, StatusPageView | null>({
    item: page,
    list: statusPagesQuery(projectId),
    send: async (draft, edited) => {
      const saved = await mutateAsync({ edited, draft });
      await leave(saved.id);
    },
  });
  const { base } = edit;
  return (
    <>
      <ManagedNote managedBy={page?.managedBy ?? null} />
      <ConflictAlert edit={edit} facts={statusPageFacts} />
      <StatusPageForm
        key={base?.version}
        initial={base === null ? newStatusPageValues(browserZone()) : statusPageValues(base)}
        isNew={base === null}
        hasPassword={base?.hasPassword ?? false}
        checks={checks}
        save={edit.save}
        cancel={() => void leave(page?.id)}
      />
    </>
  );
}

function toPageCheck({ id, name, tags, status, maintenanceUntil, strip = "" }: CheckOverview): PageCheck {
  return { id, name, tags, status, isInMaintenance: maintenanceUntil !== undefined, strip };
}
