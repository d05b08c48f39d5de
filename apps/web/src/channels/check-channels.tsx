import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { Card } from "../ui/card.tsx";
import { TextLink } from "../ui/page.tsx";
import { useCanEdit } from "../ui/role.tsx";
import { channelsQuery } from "./channel-queries.ts";
import { ChannelState } from "./channel-state.tsx";
import { KindIcon } from "./kind-icon.tsx";
import styles from "./channel-list.module.css";

/** The channels that a check notifies. */
export function CheckChannels({
  projectId,
  channelIds,
}: {
  projectId: string;
  channelIds: readonly string[];
}) {
  const { data = [] } = useQuery(channelsQuery(projectId));
  const mayEdit = useCanEdit();
  const notified = data.filter(({ id }) => channelIds.includes(id));
  return (
    <Card title="Channels">
      {notified.length === 0 ? (
        <Text c="dimmed">
          This check notifies nobody.{" "}
          <TextLink to="/projects/$projectId/channels" params={{ projectId }}>
            Channels
          </TextLink>
        </Text>
      ) : (
        <ul className={styles["short"]}>
          {notified.map((channel) => (
            <li key={channel.id}>
              <KindIcon kind={channel.kind} size={18} />
              {mayEdit ? (
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
