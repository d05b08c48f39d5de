import { channelKinds, isKindName } from "@overdue/channels";
import { useQuery, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { notFound, useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";

import { PageSkeleton } from "../app/page-skeleton.tsx";
import { ChannelCare } from "../channels/channel-care.tsx";
import { ChannelManners } from "../channels/channel-manners.tsx";
import { collectText, groupsText } from "../channels/manners-text.ts";
import { ChannelForm } from "../channels/channel-form.tsx";
import {
  type ChannelPatch,
  channelsQuery,
  type ChannelView,
  useEditChannel,
} from "../channels/channel-queries.ts";
import { ShownOnce } from "../channels/shown-once.tsx";
import { checkName } from "../checks/check-name.ts";
import { checksQuery } from "../checks/check-queries.ts";
import { Conflict } from "../edits/conflict.tsx";
import type { Fact } from "../edits/differences.ts";
import { type Edit, useEdit } from "../edits/use-edit.ts";
import { Card } from "../ui/card.tsx";
import { ManagedNote } from "../ui/managed-mark.tsx";
import { BackArrow, Page, TextLink } from "../ui/page.tsx";

export function EditChannelPage() {
  const { projectId, channelId } = useParams({ from: "/signed-in/projects/$projectId/channels/$channelId" });
  const { data: channels } = useSuspenseQuery(channelsQuery(projectId));
  const channel = channels.find(({ id }) => id === channelId);
  if (!channel) throw notFound();
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
      <EditChannel key={channelId} projectId={projectId} channel={channel} />
    </Page>
  );
}

type Props = { projectId: string; channel: ChannelView };

function EditChannel({ projectId, channel }: Props) {
  const navigate = useNavigate();
  const { data: checks } = useQuery(checksQuery(projectId));
  const [secrets, setSecrets] = useState<Record<string, string>>({});
  const leave = () => navigate({ to: "/projects/$projectId/channels", params: { projectId } });
  const edit = useChannelEdit({ projectId, channel }, (shownOnce) => {
    if (Object.keys(shownOnce).length > 0) setSecrets(shownOnce);
    else void leave();
  });
  const names = new Map(checks?.map((check) => [check.id, checkName(check)]));
  if (Object.keys(secrets).length > 0) return <ShownOnce secrets={secrets} done={() => void leave()} />;
  if (!checks) return <PageSkeleton />;
  return (
    <>
      <ManagedNote managedBy={channel.managedBy} />
      <Conflict edit={edit} facts={(view) => channelFacts(view, names)} />
      <Card>
        <Form projectId={projectId} edit={edit} names={names} cancel={() => void leave()} />
      </Card>
      <ChannelManners projectId={projectId} channel={channel} onSaved={edit.adopt} />
      <ChannelCare projectId={projectId} channel={channel} onSaved={edit.adopt} />
    </>
  );
}

type Stored = (shownOnce: Record<string, string>) => void;

function useChannelEdit({ projectId, channel }: Props, onStored: Stored): Edit<ChannelView, ChannelPatch> {
  const client = useQueryClient();
  const { mutateAsync } = useEditChannel(projectId, channel.id);
  return useEdit<ChannelView, ChannelPatch>({
    now: channel,
    read: async () => {
      const channels = await client.fetchQuery({ ...channelsQuery(projectId), staleTime: 0 });
      return channels.find(({ id }) => id === channel.id) ?? channel;
    },
    send: async (patch, version) => onStored((await mutateAsync({ patch, version })).shownOnce),
  });
}

type FormProps = {
  projectId: string;
  edit: Edit<ChannelView, ChannelPatch>;
  names: ReadonlyMap<string, string>;
  cancel: () => void;
};

function Form({ projectId, edit: { seen, save }, names, cancel }: FormProps) {
  const { data: channels } = useSuspenseQuery(channelsQuery(projectId));
  if (!isKindName(seen.kind)) throw notFound();
  return (
    <ChannelForm
      // Not by its version: a switch below the form must not empty it.
      key={`${seen.name} ${seen.hint} ${seen.checkIds.join(" ")}`}
      kind={channelKinds[seen.kind]}
      known={seen}
      checks={[...names].map(([id, name]) => ({ id, name }))}
      channels={channels.filter((other) => other.kind !== "group")}
      checkIds={seen.checkIds}
      save={({ name, settings, checkIds }) => save({ name, checkIds, ...(settings && { settings }) })}
      cancel={cancel}
    />
  );
}

function channelFacts(
  { name, hint, checkIds, isFallback, proveWeekly, collectMinutes, groups }: ChannelView,
  names: FormProps["names"],
): Fact[] {
  return [
    ["Name", name],
    ["It sends to", hint],
    ["Checks that alert it", checkIds.map((id) => names.get(id) ?? "a deleted check").join(", ")],
    ["Fall-back of the project", isFallback ? "yes" : "no"],
    ["Proved weekly", proveWeekly ? "yes" : "no"],
    ["It is told", collectText(collectMinutes)],
    ["Alerts that share something", groupsText(groups)],
  ];
}
