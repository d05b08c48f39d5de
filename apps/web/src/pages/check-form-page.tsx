import { Suspense } from "react";
import { useQuery, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";

import { channelsQuery } from "../channels/channel-queries.ts";
import { checkName, slugify } from "@overdue/core";
import {
  type CheckInput,
  checkQuery,
  checksQuery,
  type CheckView,
  useSaveCheck,
} from "../checks/check-queries.ts";
import { collectTags } from "../checks/list-choices.ts";
import { CheckForm } from "../checks/form/check-form.tsx";
import { checkFormValues, newCheckValues } from "../checks/form/check-form-values.ts";
import { browserZone } from "../time/zones.ts";
import { useDraft } from "../ui/form.tsx";
import { BackArrow, Page, TextLink } from "../ui/page.tsx";
import { useEdit } from "../conflicts/use-edit.ts";
import { ManagedNote } from "../ui/status-label.tsx";
import { lazyPart } from "../ui/lazy-part.ts";

const CheckConflict = lazyPart(() => import("./check-conflict.tsx"));

export function NewCheckPage() {
  const { projectId, from } = useCopySource();
  const { data: copied = null } = useQuery({
    ...checkQuery({ projectId, checkId: from ?? "" }),
    enabled: from !== undefined,
  });
  return <CheckFormPage key={from} check={null} copied={copied} />;
}

/** The project in the address, and the check of which the new one is a copy, if the address names one. */
function useCopySource(): { projectId: string; from: string | undefined } {
  const { projectId } = useParams({ from: "/signed-in/projects/$projectId/checks/new" });
  return { projectId, from: useSearch({ from: "/signed-in/projects/$projectId/checks/new" }).from };
}

export function EditCheckPage() {
  const ref = useParams({ from: "/signed-in/projects/$projectId/checks/$checkId/edit" });
  const { data: check } = useSuspenseQuery(checkQuery(ref));
  return <CheckFormPage key={check.id} check={check} />;
}

/** The form of a check, or of a new one if `check` is null. `copied`: the check of which the new one is a copy. */
function CheckFormPage({ check, copied = null }: { check: CheckView | null; copied?: CheckView | null }) {
  const { projectId = "" } = useParams({ strict: false });
  const { data: channels } = useSuspenseQuery(channelsQuery(projectId));
  const { data: checks = [] } = useQuery(checksQuery(projectId));
  const leave = useLeave(projectId);
  const edit = useCheckEdit({ projectId, check, leave });
  const draft = useDraft(`check-${copied?.id ?? projectId}`, () =>
    copied === null
      ? newCheckValues(
          browserZone(),
          channels.map(({ id }) => id),
        )
      : copyValues(copied),
  );
  return (
    <Page
      title={check === null ? "New check" : `Edit ${checkName(check)}`}
      back={<Back projectId={projectId} check={check} />}
      lead={check === null && copied === null && <OtherWay projectId={projectId} />}
    >
      <ManagedNote managedBy={check?.managedBy ?? null} />
      {edit.theirs !== null && (
        <Suspense fallback={null}>
          <CheckConflict projectId={projectId} edit={edit} />
        </Suspense>
      )}
      <CheckForm
        key={edit.base?.version}
        projectId={projectId}
        initial={edit.base === null ? draft.initial : checkFormValues(edit.base, browserZone())}
        isNew={check === null}
        channels={channels}
        knownTags={collectTags(checks)}
        others={new Map(checks.filter(({ id }) => id !== check?.id).map((one) => [one.id, one.name]))}
        {...(check === null && { onTyped: draft.keep })}
        save={async (input) => {
          await edit.save(input);
          if (check === null) draft.forget();
        }}
        cancel={() => {
          if (check === null) draft.forget();
          void leave(check);
        }}
      />
    </Page>
  );
}

/** The form values for a copy of a check, under another name. */
function copyValues(check: CheckView) {
  const name = check.name === "" ? "" : `${check.name} (copy)`;
  return { ...checkFormValues(check, browserZone()), name, slug: slugify(name) };
}

type Leave = (check: CheckView | null) => Promise<void>;

/** Returns a function that goes to where the person came from: a check's page or its first minutes, or the list for null. */
function useLeave(projectId: string): Leave {
  const navigate = useNavigate();
  const { watch } = useSearch({ strict: false });
  const left = { ignoreBlocker: true };
  return (check) => {
    if (check === null)
      return navigate({ to: "/projects/$projectId/checks", params: { projectId }, ...left });
    if (watch !== undefined)
      return navigate({
        to: "/projects/$projectId/start",
        params: { projectId },
        search: { check: check.id, watch },
        ...left,
      });
    const params = { projectId, checkId: check.id };
    return navigate({ to: "/projects/$projectId/checks/$checkId", params, ...left });
  };
}

function useCheckEdit({
  projectId,
  check,
  leave,
}: {
  projectId: string;
  check: CheckView | null;
  leave: Leave;
}) {
  const client = useQueryClient();
  const { mutateAsync } = useSaveCheck(projectId);
  return useEdit<CheckView, CheckInput, CheckView | null>({
    stored: check,
    read: () => client.fetchQuery({ ...checkQuery({ projectId, checkId: check?.id ?? "" }), staleTime: 0 }),
    send: async (draft, edited) => leave(await mutateAsync({ edited, draft })),
  });
}

function OtherWay({ projectId }: { projectId: string }) {
  return (
    <>
      Or{" "}
      <TextLink to="/projects/$projectId/start" params={{ projectId }}>
        choose what to watch
      </TextLink>
      , such as a backup or a queue that must stay empty.
    </>
  );
}

function Back({ projectId, check }: { projectId: string; check: CheckView | null }) {
  return check === null ? (
    <TextLink to="/projects/$projectId/checks" params={{ projectId }}>
      <BackArrow />
      Checks
    </TextLink>
  ) : (
    <TextLink to="/projects/$projectId/checks/$checkId" params={{ projectId, checkId: check.id }}>
      <BackArrow />
      {checkName(check)}
    </TextLink>
  );
}
