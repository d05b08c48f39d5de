import { useQuery, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { canonicalTimezone } from "@overdue/schedules";
import { useState } from "react";

import { channelsQuery } from "../channels/channel-queries.ts";
import { checkName } from "@overdue/core";
import {
  type CheckInput,
  checkQuery,
  checksQuery,
  type CheckView,
  useCreateCheck,
  useEditCheck,
} from "../checks/check-queries.ts";
import { collectTags } from "../checks/check-selection.ts";
import { CheckForm } from "../checks/form/check-form.tsx";
import { newCheckValues, checkFormValues } from "../checks/form/check-form-values.ts";
import { browserZone } from "../time/zones.ts";
import { BackArrow, Page, TextLink } from "../ui/page.tsx";
import { checkFacts } from "../checks/check-text.ts";
import { ConflictAlert } from "../conflicts/conflict.tsx";
import { useEdit } from "../conflicts/use-edit.ts";
import { ManagedNote } from "../ui/status-label.tsx";
import { useNames } from "./use-names.ts";

export function NewCheckPage() {
  const { projectId } = useParams({ from: "/signed-in/projects/$projectId/checks/new" });
  const navigate = useNavigate();
  const { data: channels } = useSuspenseQuery(channelsQuery(projectId));
  const { data: checks } = useQuery(checksQuery(projectId));
  const create = useCreateCheck(projectId);
  const [initial] = useState(() =>
    newCheckValues(
      canonicalTimezone(browserZone()) ?? "UTC",
      channels.map(({ id }) => id),
    ),
  );
  return (
    <Page
      title="New check"
      back={
        <TextLink to="/projects/$projectId/checks" params={{ projectId }}>
          <BackArrow />
          Checks
        </TextLink>
      }
    >
      <CheckForm
        projectId={projectId}
        initial={initial}
        isNew
        channels={channels}
        knownTags={collectTags(checks ?? [])}
        others={new Map((checks ?? []).map((one) => [one.id, checkName(one)]))}
        save={async (input) => {
          const { id } = await create.mutateAsync(input);
          await navigate({
            to: "/projects/$projectId/checks/$checkId",
            params: { projectId, checkId: id },
          });
        }}
        cancel={() => void navigate({ to: "/projects/$projectId/checks", params: { projectId } })}
      />
    </Page>
  );
}

export function EditCheckPage() {
  const ref = useParams({ from: "/signed-in/projects/$projectId/checks/$checkId/edit" });
  const navigate = useNavigate();
  const { data: check } = useSuspenseQuery(checkQuery(ref));
  const { data: channels } = useSuspenseQuery(channelsQuery(ref.projectId));
  const { data: checks } = useQuery(checksQuery(ref.projectId));
  const client = useQueryClient();
  const { mutateAsync } = useEditCheck(ref);
  const leave = () => navigate({ to: "/projects/$projectId/checks/$checkId", params: ref });
  const edit = useEdit<CheckView, CheckInput>({
    stored: check,
    read: () => client.fetchQuery({ ...checkQuery(ref), staleTime: 0 }),
    send: async (patch, version) => {
      await mutateAsync({ patch, version });
      await leave();
    },
  });
  const names = useNames(ref.projectId);
  return (
    <Page
      title={`Edit ${checkName(check)}`}
      back={
        <TextLink to="/projects/$projectId/checks/$checkId" params={ref}>
          <BackArrow />
          {checkName(check)}
        </TextLink>
      }
    >
      <ManagedNote managedBy={check.managedBy} />
      <ConflictAlert edit={edit} facts={(view) => checkFacts(view, names)} />
      <CheckForm
        key={edit.base.version}
        projectId={ref.projectId}
        initial={checkFormValues(edit.base, browserZone())}
        isNew={false}
        channels={channels}
        knownTags={collectTags(checks ?? [])}
        others={
          new Map(
            (checks ?? []).filter(({ id }) => id !== ref.checkId).map((one) => [one.id, checkName(one)]),
          )
        }
        save={edit.save}
        cancel={() => void leave()}
      />
    </Page>
  );
}
