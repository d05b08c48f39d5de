import { channelKinds, isKindName, type KindName } from "@overdue/channels";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { notFound, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useCallback, useState } from "react";

import { instanceQuery } from "../accounts/account-queries.ts";
import { ChannelForm, NewSecrets } from "../channels/channel-form.tsx";
import {
  type ChannelPatch,
  channelsQuery,
  type ChannelView,
  useCreateChannel,
  useEditChannel,
} from "../channels/channel-queries.ts";
import { SlackLink } from "../channels/slack-link.tsx";
import { TelegramLink } from "../channels/telegram-link.tsx";
import { checkName } from "@overdue/core";
import { checksQuery } from "../checks/check-queries.ts";
import { Card } from "../ui/card.tsx";
import { BackArrow, Page, PageSkeleton, TextLink } from "../ui/page.tsx";
import {
  ReliabilitySettings,
  GroupingSettings,
  digestText,
  groupingText,
} from "../channels/channel-settings-cards.tsx";
import { ConflictAlert, type Fact } from "../conflicts/conflict.tsx";
import { type Edit, useItemEdit } from "../conflicts/use-edit.ts";
import { ManagedNote } from "../ui/status-label.tsx";

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
  if (Object.keys(secrets).length > 0) return <NewSecrets secrets={secrets} done={leave} />;
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
        <Card title="Add the Slack app">
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

/** The title of the form where an easier way is offered before it. */
function handTitle(kind: KindName, { slackApp }: { slackApp: boolean }): string | null {
  if (kind === "telegram") return "Or enter it yourself, for a bot of your own";
  return kind === "slack" && slackApp ? "Or use an incoming webhook of your own" : null;
}

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
  if (Object.keys(secrets).length > 0) return <NewSecrets secrets={secrets} done={() => void leave()} />;
  if (!checks) return <PageSkeleton />;
  return (
    <>
      <ManagedNote managedBy={channel.managedBy} />
      <ConflictAlert edit={edit} facts={(view) => channelFacts(view, names)} />
      <Card>
        <Form projectId={projectId} edit={edit} names={names} cancel={() => void leave()} />
      </Card>
      <GroupingSettings projectId={projectId} channel={channel} onSaved={edit.adopt} />
      <ReliabilitySettings projectId={projectId} channel={channel} onSaved={edit.adopt} />
    </>
  );
}

type OnSaved = (shownOnce: Record<string, string>) => void;

function useChannelEdit({ projectId, channel }: Props, onSaved: OnSaved): Edit<ChannelView, ChannelPatch> {
  const { mutateAsync } = useEditChannel(projectId, channel.id);
  return useItemEdit<ChannelView, ChannelPatch>({
    item: channel,
    list: channelsQuery(projectId),
    send: async (patch, version) => onSaved((await mutateAsync({ patch, version })).shownOnce),
  });
}

type FormProps = {
  projectId: string;
  edit: Edit<ChannelView, ChannelPatch>;
  names: ReadonlyMap<string, string>;
  cancel: () => void;
};

function Form({ projectId, edit: { base, save }, names, cancel }: FormProps) {
  const { data: channels } = useSuspenseQuery(channelsQuery(projectId));
  if (!isKindName(base.kind)) throw notFound();
  return (
    <ChannelForm
      // Not keyed by the version, because a switch below the form must not empty the form.
      key={`${base.name} ${base.hint} ${base.checkIds.join(" ")}`}
      kind={channelKinds[base.kind]}
      known={base}
      checks={[...names].map(([id, name]) => ({ id, name }))}
      channels={channels.filter((other) => other.kind !== "group")}
      checkIds={base.checkIds}
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
    ["Sends to", hint],
    ["Checks that notify it", checkIds.map((id) => names.get(id) ?? "a deleted check").join(", ")],
    ["Fallback channel", isFallback ? "yes" : "no"],
    ["Tested weekly", proveWeekly ? "yes" : "no"],
    ["Messages are sent", digestText(collectMinutes)],
    ["Related alerts", groupingText(groups)],
  ];
}
