import { channelKinds, isKindName, type KindName } from "@overdue/channels";
import { useQuery } from "@tanstack/react-query";
import { notFound, useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";

import { ChannelForm } from "../channels/channel-form.tsx";
import { channelsQuery, useCreateChannel } from "../channels/channel-queries.ts";
import { ShownOnce } from "../channels/shown-once.tsx";
import { checkName } from "../checks/check-name.ts";
import { checksQuery } from "../checks/check-queries.ts";
import { Card } from "../ui/card.tsx";
import { PageSkeleton } from "../app/page-skeleton.tsx";
import { BackArrow, Page, TextLink } from "../ui/page.tsx";

export function NewChannelPage() {
  const { projectId, kind } = useParams({ from: "/signed-in/projects/$projectId/channels/new/$kind" });
  if (!isKindName(kind)) throw notFound();
  return (
    <Page
      title={`New channel: ${channelKinds[kind].title}`}
      lead={channelKinds[kind].summary}
      narrow
      back={
        <TextLink to="/projects/$projectId/channels" params={{ projectId }}>
          <BackArrow />
          Channels
        </TextLink>
      }
    >
      <NewChannel projectId={projectId} kind={kind} />
    </Page>
  );
}

function NewChannel({ projectId, kind }: { projectId: string; kind: KindName }) {
  const navigate = useNavigate();
  const create = useCreateChannel(projectId);
  const { data: checks } = useQuery(checksQuery(projectId));
  const { data: channels = [] } = useQuery(channelsQuery(projectId));
  const [secrets, setSecrets] = useState<Record<string, string>>({});
  const leave = () => navigate({ to: "/projects/$projectId/channels", params: { projectId } });
  if (Object.keys(secrets).length > 0) return <ShownOnce secrets={secrets} done={() => void leave()} />;
  if (!checks) return <PageSkeleton />;
  return (
    <Card>
      <ChannelForm
        kind={channelKinds[kind]}
        known={null}
        checks={checks.map((check) => ({ id: check.id, name: checkName(check) }))}
        channels={channels.filter((channel) => channel.kind !== "group")}
        checkIds={checks.map(({ id }) => id)}
        save={async ({ name, settings = {}, checkIds }) => {
          const { shownOnce } = await create.mutateAsync({ kind, name, settings, checkIds });
          if (Object.keys(shownOnce).length > 0) setSecrets(shownOnce);
          else await leave();
        }}
        cancel={() => void leave()}
      />
    </Card>
  );
}
