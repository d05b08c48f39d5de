import { channelKinds, isKindName, type KindName } from "@overdue/channels";
import { useQuery } from "@tanstack/react-query";
import { notFound, useNavigate, useParams } from "@tanstack/react-router";
import { useCallback, useState } from "react";

import { ChannelForm } from "../channels/channel-form.tsx";
import { channelsQuery, useCreateChannel } from "../channels/channel-queries.ts";
import { TelegramLink } from "../channels/telegram-link.tsx";
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
  const leave = useCallback(
    () => void navigate({ to: "/projects/$projectId/channels", params: { projectId } }),
    [navigate, projectId],
  );
  if (Object.keys(secrets).length > 0) return <ShownOnce secrets={secrets} done={leave} />;
  if (!checks) return <PageSkeleton />;
  return (
    <>
      {kind === "telegram" && (
        <Card title="Link a chat">
          <TelegramLink projectId={projectId} done={leave} />
        </Card>
      )}
      <Card {...(kind === "telegram" && { title: "Or name it yourself, for a bot of your own" })}>
        <ChannelForm
          kind={channelKinds[kind]}
          known={null}
          checks={checks.map((check) => ({ id: check.id, name: checkName(check) }))}
          channels={channels.filter((channel) => channel.kind !== "group")}
          checkIds={checks.map(({ id }) => id)}
          save={async ({ name, settings = {}, checkIds }) => {
            const { shownOnce } = await create.mutateAsync({ kind, name, settings, checkIds });
            if (Object.keys(shownOnce).length > 0) setSecrets(shownOnce);
            else leave();
          }}
          cancel={leave}
        />
      </Card>
    </>
  );
}
