import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";

import { channelsQuery } from "../channels/channel-queries.ts";
import { checkName } from "../checks/check-name.ts";
import { checkQuery, checksQuery, useEditCheck } from "../checks/check-queries.ts";
import { tagsOf } from "../checks/check-selection.ts";
import { CheckForm } from "../checks/form/check-form.tsx";
import { valuesOf } from "../checks/form/check-form-values.ts";
import { browserZone } from "../time/zoned.ts";
import { ManagedNote } from "../ui/managed-mark.tsx";
import { BackArrow, Page, TextLink } from "../ui/page.tsx";

export function EditCheckPage() {
  const ref = useParams({ from: "/signed-in/projects/$projectId/checks/$checkId/edit" });
  const navigate = useNavigate();
  const { data: check } = useSuspenseQuery(checkQuery(ref));
  const { data: channels } = useSuspenseQuery(channelsQuery(ref.projectId));
  const { data: checks } = useQuery(checksQuery(ref.projectId));
  const edit = useEditCheck(ref);
  const [initial] = useState(() => valuesOf(check, browserZone()));
  const leave = () => navigate({ to: "/projects/$projectId/checks/$checkId", params: ref });
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
      <CheckForm
        projectId={ref.projectId}
        initial={initial}
        isNew={false}
        channels={channels}
        knownTags={tagsOf(checks ?? [])}
        others={
          new Map(
            (checks ?? []).filter(({ id }) => id !== ref.checkId).map((one) => [one.id, checkName(one)]),
          )
        }
        save={async (input) => {
          await edit.mutateAsync(input);
          await leave();
        }}
        cancel={() => void leave()}
      />
    </Page>
  );
}
