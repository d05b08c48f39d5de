import { channelKinds, isKindName, type KindName } from "@overdue/channels";
import { useQuery } from "@tanstack/react-query";
import { notFound, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useCallback, useState } from "react";

import { instanceQuery } from "../accounts/account-queries.ts";
import { ChannelForm } from "../channels/channel-form.tsx";
import { channelsQuery, useCreateChannel } from "../channels/channel-queries.ts";
import { SlackLink } from "../channels/slack-link.tsx";
import { TelegramLink } from "../channels/telegram-link.tsx";
import { ShownOnce } from "../channels/shown-once.tsx";
import { checkName } from "../checks/check-name.ts";
import { checksQuery } from "../checks/check-queries.ts";
import { Card } from "../ui/card.tsx";
import { PageSkeleton } from "../app/page-skeleton.tsx";
import { BackArrow, Page, TextLink } from "../ui/page.tsx";

const HERE = "/signed-in/projects/$projectId/channels/new/$kind";

export function NewChannelPage() {
  const { projectId, kind } = useParams({ from: HERE });
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
  const { data: instance } = useQuery(instanceQuery);
  const { link = null } = useSearch({ from: HERE });
  const [secrets, setSecrets] = useState<Record<string, string>>({});
  const leave = useCallback(
    () => void navigate({ to: "/projects/$projectId/channels", params: { projectId } }),
    [navigate, projectId],
  );
  if (Object.keys(secrets).length > 0) return <ShownOnce secrets={secrets} done={leave} />;
  if (!checks || !instance) return <PageSkeleton />;
  const byHand = handTitle(kind, instance);
  return (
    <>
      {kind === "telegram" && (
        <Card title="Link a chat">
          <TelegramLink projectId={projectId} done={leave} />
        </Card>
      )}
      {kind === "slack" && instance.slackApp && (
        <Card title="Add the app">
          <SlackLink projectId={projectId} linkId={link} done={leave} />
        </Card>
      )}
      <Card {...(byHand !== null && { title: byHand })}>
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

/** Over the form, where there is an easier way before it. */
function handTitle(kind: KindName, { slackApp }: { slackApp: boolean }): string | null {
  if (kind === "telegram") return "Or name it yourself, for a bot of your own";
  return kind === "slack" && slackApp ? "Or by an incoming webhook of your own" : null;
}
