import { checkName } from "@overdue/core";
import { Text, Button, List } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconPencil } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { AliasCard } from "../checks/aliases.tsx";
import { type CheckView, checksQuery } from "../checks/check-queries.ts";
import { serverNow } from "../time/clock.ts";
import { Card } from "../ui/card.tsx";
import { TextLink } from "../ui/page.tsx";
import { useCanEdit, EditorsOnly } from "../ui/role.tsx";
import { notificationPreviewQuery } from "../alert-routes/route-queries.ts";
import { channelsQuery, useNoChannelText } from "../channels/channel-queries.ts";
import { ChannelState } from "../channels/channel-state.tsx";
import { KindIcon } from "../channels/kind-icon.tsx";
import channelStyles from "../channels/channel-list.module.css";
import { Description } from "../ui/description.tsx";
import { settingsSummary } from "../checks/check-text.ts";
import { SlotPicture } from "../checks/slot-picture.tsx";
import settingsStyles from "../checks/status-panel.module.css";
import { CodeBlock } from "../ui/code-block.tsx";
import badgeStyles from "../checks/how-to-ping.module.css";

/** Who is notified of a check, its settings, and its badge. */
// oxlint-disable-next-line import/no-default-export -- `React.lazy` needs a default export
export default function CheckSide({ check }: { check: CheckView }) {
  return (
    <>
      <CheckChannels check={check} />
      <SettingsCard check={check} />
      <AliasCard projectId={check.projectId} checkId={check.id} />
      <BadgeCard name={checkName(check)} badgeUrl={check.badgeUrl} isNew={check.pingCount === 0} />
    </>
  );
}

type ChannelsProps = { check: Pick<CheckView, "id" | "projectId" | "channelIds"> };

/** The channels that a check notifies. */
export function CheckChannels({ check }: ChannelsProps) {
  const { projectId, channelIds } = check;
  const { data: channels } = useQuery(channelsQuery(projectId));
  const canEdit = useCanEdit();
  const notified = channels?.filter(({ id }) => channelIds.includes(id));
  return (
    <Card title="Channels">
      {notified === undefined ? null : notified.length === 0 ? (
        <WithoutChannel check={check} hasChannels={channels?.length !== 0} />
      ) : (
        <ul className={channelStyles["short"]}>
          {notified.map((channel) => (
            <li key={channel.id}>
              <KindIcon kind={channel.kind} size={18} />
              {canEdit ? (
                <TextLink
                  to="/projects/$projectId/channels/$channelId"
                  params={{ projectId, channelId: channel.id }}
                >
                  {channel.name}
                </TextLink>
              ) : (
                <span>{channel.name}</span>
              )}
              <ChannelState channel={channel} />
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

/** Who is notified of a check without a channel of its own, and a link to give it one. */
function WithoutChannel({ check, hasChannels }: ChannelsProps & { hasChannels: boolean }) {
  const { projectId, id: checkId } = check;
  const [at] = useState(() => new Date(serverNow()).toISOString());
  const { data: routed = [] } = useQuery({
    ...notificationPreviewQuery({ projectId, checkId, at, reason: "missed" }),
    enabled: hasChannels,
  });
  const names = [...new Set(routed.map(({ channelName }) => channelName))];
  const noChannel = useNoChannelText();
  return (
    <>
      <Text c="dimmed">
        {names.length > 0
          ? `Routes notify ${names.join(", ")}.`
          : hasChannels
            ? "No channel and no route is for this check: its alerts go to the fallback channel, or else to the project's owners, unless its severity is info."
            : noChannel}
      </Text>
      <EditorsOnly>
        {hasChannels ? (
          <TextLink to="/projects/$projectId/checks/$checkId/edit" params={{ projectId, checkId }}>
            Choose its channels
          </TextLink>
        ) : (
          <TextLink to="/projects/$projectId/channels" params={{ projectId }}>
            Add a channel
          </TextLink>
        )}
      </EditorsOnly>
    </>
  );
}

/** The settings of a check besides its schedule. */
export function SettingsCard({ check }: { check: CheckView }) {
  const { data: checks = [] } = useQuery(checksQuery(check.projectId));
  const dependencies = checks.filter(({ id }) => check.dependsOn.includes(id)).map(({ name }) => name);
  const sentences = [
    ...settingsSummary(check),
    ...(dependencies.length === 0
      ? []
      : [`Its alert is held back while ${dependencies.join(" or ")} is down.`]),
  ];
  return (
    <Card
      title="Settings"
      actions={
        <EditorsOnly>
          <Button
            component={Link}
            to={`/projects/${check.projectId}/checks/${check.id}/edit`}
            variant="default"
            size="compact-sm"
            leftSection={<IconPencil size={15} aria-hidden />}
          >
            Edit
          </Button>
        </EditorsOnly>
      }
    >
      {check.description !== "" && (
        <div className={settingsStyles["description"]}>
          <Description text={check.description} />
        </div>
      )}
      <div className={settingsStyles["limits"]}>
        <SlotPicture
          limits={{
            earlyMargin: check.earlyMarginSeconds || null,
            jitter: check.jitterSeconds || null,
            grace: check.graceSeconds,
            maxRuntime: check.maxRuntimeSeconds || null,
          }}
        />
      </div>
      {sentences.length === 0 ? (
        <Text c="dimmed">All other settings are at their defaults.</Text>
      ) : (
        <List spacing={4}>
          {sentences.map((sentence) => (
            <List.Item key={sentence}>{sentence}</List.Item>
          ))}
        </List>
      )}
    </Card>
  );
}

type BadgeCardProps = { name: string; badgeUrl: string | null; isNew: boolean };

/** The badge and the heartbeat strip of a check as pictures, with Markdown to show them on other pages. */
export function BadgeCard({ name, badgeUrl, isNew }: BadgeCardProps) {
  if (badgeUrl === null) return null;
  const stripUrl = badgeUrl.replace(/\/[^/]*\/([^/]+)$/, "/strip/$1");
  // A bracket would end the picture's text in Markdown.
  const alt = name.replaceAll(/[[\]]/g, "");
  return (
    <Card title="Badge">
      <p className={badgeStyles["lead"]}>
        Anybody who has its address sees the status and the name, and nothing else.
        {isNew && " Until the first ping the badge says “up”, as Healthchecks’ badges do."}
      </p>
      <p>
        <img src={new URL(badgeUrl).pathname} alt={`Status of ${name}`} height={20} />
      </p>
      <CodeBlock code={`![${alt}](${badgeUrl})`} what="badge as Markdown" />
      <p>
        <img src={new URL(stripUrl).pathname} alt={`Last runs of ${name}`} height={24} />
      </p>
      <CodeBlock code={`![${alt}](${stripUrl})`} what="strip as Markdown" />
    </Card>
  );
}
