import { Alert, Skeleton } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { notFound, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { Suspense, useCallback, useState } from "react";

import { instanceQuery } from "../accounts/account-queries.ts";
import type { NamedCheck } from "../channels/checks-field.tsx";
import { ChannelForm, NewSecrets } from "../channels/channel-form.tsx";
import {
  type ChannelKind,
  channelKindsQuery,
  channelsQuery,
  type ChannelView,
  channelWarningsQuery,
  useSaveChannel,
} from "../channels/channel-queries.ts";
import { UNREADABLE } from "../channels/channel-card.tsx";
import { checksQuery } from "../checks/check-queries.ts";
import { useInstanceText } from "../ui/role.tsx";
import { Card } from "../ui/card.tsx";
import { BackArrow, Page, PageSkeleton, TextLink } from "../ui/page.tsx";
import { type Edit, useItemEdit } from "../conflicts/use-edit.ts";
import { ManagedNote } from "../ui/status-label.tsx";
import { lazyPart } from "../ui/lazy-part.ts";

const loadSettingsCards = () => import("../channels/channel-settings-cards.tsx");
const GroupingSettings = lazyPart(async () => ({ default: (await loadSettingsCards()).GroupingSettings }));
const ReliabilitySettings = lazyPart(async () => ({
  default: (await loadSettingsCards()).ReliabilitySettings,
}));
const SigningSecretCard = lazyPart(async () => ({
  default: (await import("../channels/signing-secret-card.tsx")).SigningSecretCard,
}));
const PushLink = lazyPart(async () => ({ default: (await import("../channels/push-link.tsx")).PushLink }));
const SlackLink = lazyPart(async () => ({ default: (await import("../channels/slack-link.tsx")).SlackLink }));
const TelegramLink = lazyPart(async () => ({
  default: (await import("../channels/telegram-link.tsx")).TelegramLink,
}));
const PutAside = lazyPart(async () => ({ default: (await import("../deliveries/put-aside.tsx")).PutAside }));
const ChannelConflict = lazyPart(() => import("./channel-conflict.tsx"));

type Props = { projectId: string; kind: ChannelKind; channel: ChannelView | null };

/** The form of the channel in the address, or of a new one of the kind that the address names. */
export function ChannelPage() {
  const { projectId = "", channelId, ...params } = useParams({ strict: false });
  const { data: channels } = useSuspenseQuery(channelsQuery(projectId));
  const channel = channelId === undefined ? null : channels.find(({ id }) => id === channelId);
  const { data: kinds } = useSuspenseQuery(channelKindsQuery);
  const kind = kinds.find((one) => one.kind === (channel?.kind ?? params.kind));
  if (channel === undefined || kind === undefined) throw notFound();
  return (
    <Page
      title={channel === null ? `New channel: ${kind.title}` : `Edit ${channel.name}`}
      lead={channel === null ? kind.summary : undefined}
      narrow
      back={
        <TextLink to="/projects/$projectId/channels" params={{ projectId }}>
          <BackArrow />
          Channels
        </TextLink>
      }
    >
      <ChannelEditor key={channelId} projectId={projectId} kind={kind} channel={channel} />
    </Page>
  );
}

function ChannelEditor({ projectId, kind, channel }: Props) {
  const navigate = useNavigate();
  const { data: checks } = useQuery(checksQuery(projectId));
  const { data: instance } = useQuery(instanceQuery);
  const [secrets, setSecrets] = useState<Record<string, string>>({});
  const leave = useCallback(
    () => void navigate({ to: "/projects/$projectId/channels", params: { projectId }, ignoreBlocker: true }),
    [navigate, projectId],
  );
  const edit = useChannelEdit({ projectId, kind, channel }, (shownOnce) => {
    if (Object.keys(shownOnce).length > 0) setSecrets(shownOnce);
    else leave();
  });
  if (Object.keys(secrets).length > 0) return <NewSecrets secrets={secrets} done={leave} />;
  if (!checks || !instance) return <PageSkeleton />;
  const title = channel === null ? manualTitle(kind.kind, instance) : null;
  return (
    <>
      <ManagedNote managedBy={channel?.managedBy ?? null} />
      {channel?.isUnreadable === true && (
        <Alert color="red" icon={<IconAlertTriangle aria-hidden />} title="It cannot be opened">
          {UNREADABLE}
        </Alert>
      )}
      {channel !== null && (
        <Suspense fallback={null}>
          <PutAside projectId={projectId} of={{ channelId: channel.id }} />
        </Suspense>
      )}
      {edit.theirs !== null && (
        <Suspense fallback={null}>
          <ChannelConflict edit={edit} checks={checks} />
        </Suspense>
      )}
      {channel === null && (
        <LinkCard projectId={projectId} kind={kind.kind} instance={instance} leave={leave} />
      )}
      {kind.kind === "web-push" && (
        <Card title={channel === null ? "This device" : "Use another device, or this one again"}>
          <Suspense fallback={<Skeleton height={80} />}>
            <PushLink
              isAgain={channel !== null}
              save={({ name, settings }) =>
                edit.save({
                  name: channel?.name ?? name,
                  checkIds: channel?.checkIds ?? checks.map(({ id }) => id),
                  settings: { ...settings },
                })
              }
            />
          </Suspense>
        </Card>
      )}
      {!(kind.kind === "web-push" && channel === null) && (
        <Card {...(title !== null && { title })}>
          <Form projectId={projectId} kind={kind} edit={edit} checks={checks} cancel={leave} />
        </Card>
      )}
      {channel !== null && (
        <Suspense fallback={<Skeleton height={400} />}>
          <GroupingSettings projectId={projectId} channel={channel} onSaved={edit.adopt} />
          {channel.kind === "webhook" && (
            <SigningSecretCard projectId={projectId} channel={channel} onSaved={edit.adopt} />
          )}
          <ReliabilitySettings projectId={projectId} channel={channel} onSaved={edit.adopt} />
        </Suspense>
      )}
    </>
  );
}

type Instance = { slackApp: boolean };
type LinksProps = { projectId: string; kind: string; instance: Instance; leave: () => void };

/** The easier way to add a channel that some kinds have: a link to the provider. */
function LinkCard({ projectId, kind, instance, leave }: LinksProps) {
  const { link = null } = useSearch({ strict: false });
  if (kind === "telegram")
    return (
      <Card title="Link a chat">
        <Suspense fallback={<Skeleton height={80} />}>
          <TelegramLink projectId={projectId} done={leave} />
        </Suspense>
      </Card>
    );
  if (kind !== "slack" || !instance.slackApp) return null;
  return (
    <Card title="Add the Slack app">
      <Suspense fallback={<Skeleton height={80} />}>
        <SlackLink projectId={projectId} linkId={link} done={leave} />
      </Suspense>
    </Card>
  );
}

/** The title of the form if an easier way is offered above it; otherwise null. */
function manualTitle(kind: string, { slackApp }: Instance): string | null {
  if (kind === "telegram") return "Or enter it yourself, for a bot of your own";
  return kind === "slack" && slackApp ? "Or use an incoming webhook of your own" : null;
}

type ChannelDraft = Parameters<Parameters<typeof ChannelForm>[0]["save"]>[0];
type ChannelEdit = Edit<ChannelView, ChannelDraft, ChannelView | null>;
type OnSaved = (shownOnce: Record<string, string>) => void;

function useChannelEdit({ projectId, kind, channel }: Props, onSaved: OnSaved): ChannelEdit {
  const { mutateAsync } = useSaveChannel(projectId);
  return useItemEdit<ChannelView, ChannelDraft, ChannelView | null>({
    item: channel,
    list: channelsQuery(projectId),
    send: async ({ name, checkIds, settings }, edited) => {
      const { shownOnce } = await mutateAsync(
        edited === null
          ? { edited, draft: { kind: kind.kind, name, checkIds, settings: settings ?? {} } }
          : { edited, draft: { name, checkIds, ...(settings && { settings }) } },
      );
      onSaved(shownOnce);
    },
  });
}

type FormProps = {
  projectId: string;
  kind: ChannelKind;
  edit: ChannelEdit;
  checks: readonly NamedCheck[];
  cancel: () => void;
};

function Form({ projectId, kind, edit: { base, save }, checks, cancel }: FormProps) {
  const { data: channels } = useSuspenseQuery(channelsQuery(projectId));
  return (
    <ChannelForm
      // Not keyed by the version, because a switch below the form must not empty the form.
      key={base === null ? "new" : `${base.name} ${base.hint} ${base.checkIds.join(" ")}`}
      kind={kind}
      known={base}
      checks={checks}
      channels={channels.filter((other) => other.kind !== "group")}
      checkIds={base?.checkIds ?? checks.map(({ id }) => id)}
      warnings={(settings) => <ChannelWarnings projectId={projectId} kind={kind} settings={settings} />}
      save={save}
      cancel={cancel}
    />
  );
}

const TYPING_PAUSE_MS = 400;

/** Shows what the operator has to set up before the channel works, while its settings are typed. */
function ChannelWarnings({ projectId, kind, settings }: WarningsProps) {
  const [typed] = useDebouncedValue(settings, TYPING_PAUSE_MS);
  const urlFields = kind.fields.flatMap(({ name, input }) => (input === "url" ? [name] : []));
  const channel = {
    kind: kind.kind,
    settings: Object.fromEntries(urlFields.map((name) => [name, typed[name] ?? ""])),
  };
  const { data: warnings = [] } = useQuery(channelWarningsQuery(projectId, channel));
  const instanceText = useInstanceText();
  if (warnings.length === 0) return null;
  return (
    <output>
      <Alert color="orange" icon={<IconAlertTriangle aria-hidden />} title="It would not work yet">
        {warnings.map(({ field, message }) => (
          <div key={`${field} ${message}`}>{instanceText(message)}</div>
        ))}
      </Alert>
    </output>
  );
}

type WarningsProps = Pick<Props, "projectId" | "kind"> & { settings: Record<string, unknown> };
