import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { canonicalTimezone } from "@overdue/core";
import { useState } from "react";

import { channelsQuery } from "../channels/channel-queries.ts";
import { checkName } from "../checks/check-name.ts";
import { checksQuery, useCreateCheck } from "../checks/check-queries.ts";
import { tagsOf } from "../checks/check-selection.ts";
import { CheckForm } from "../checks/form/check-form.tsx";
import { newCheckValues } from "../checks/form/check-form-values.ts";
import { browserZone } from "../time/zoned.ts";
import { BackArrow, Page, TextLink } from "../ui/page.tsx";

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
        knownTags={tagsOf(checks ?? [])}
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
