import { channelKinds, isKindName } from "@overdue/channels";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { notFound, useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";

import { PageSkeleton } from "../app/page-skeleton.tsx";
import { ChannelCare } from "../channels/channel-care.tsx";
import { ChannelForm } from "../channels/channel-form.tsx";
import { channelsQuery, useEditChannel } from "../channels/channel-queries.ts";
import { ShownOnce } from "../channels/shown-once.tsx";
import { checkName } from "../checks/check-name.ts";
import { checksQuery } from "../checks/check-queries.ts";
import { Card } from "../ui/card.tsx";
import { ManagedNote } from "../ui/managed-mark.tsx";
import { BackArrow, Page, TextLink } from "../ui/page.tsx";

export function EditChannelPage() {
  const { projectId, channelId } = useParams({ from: "/signed-in/projects/$projectId/channels/$channelId" });
  const navigate = useNavigate();
  const { data: channels } = useSuspenseQuery(channelsQuery(projectId));
  const { data: checks } = useQuery(checksQuery(projectId));
  const edit = useEditChannel(projectId, channelId);
  const [secrets, setSecrets] = useState<Record<string, string>>({});
  const channel = channels.find(({ id }) => id === channelId);
  if (!channel || !isKindName(channel.kind)) throw notFound();
  const leave = () => navigate({ to: "/projects/$projectId/channels", params: { projectId } });
  return (
    <Page
      title={`Edit ${channel.name}`}
      narrow
      back={
        <TextLink to="/projects/$projectId/channels" params={{ projectId }}>
          <BackArrow />
          Channels
        </TextLink>
      }
    >
      {Object.keys(secrets).length > 0 ? (
        <ShownOnce secrets={secrets} done={() => void leave()} />
      ) : checks ? (
        <>
          <ManagedNote managedBy={channel.managedBy} />
          <Card>
            <ChannelForm
              kind={channelKinds[channel.kind]}
              known={channel}
              checks={checks.map((check) => ({ id: check.id, name: checkName(check) }))}
              channels={channels.filter((other) => other.kind !== "group")}
              checkIds={channel.checkIds}
              save={async ({ name, settings, checkIds }) => {
                const { shownOnce } = await edit.mutateAsync({
                  name,
                  checkIds,
                  ...(settings && { settings }),
                });
                if (Object.keys(shownOnce).length > 0) setSecrets(shownOnce);
                else await leave();
              }}
              cancel={() => void leave()}
            />
          </Card>
          <ChannelCare projectId={projectId} channel={channel} />
        </>
      ) : (
        <PageSkeleton />
      )}
    </Page>
  );
}
