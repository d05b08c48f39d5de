import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { Card } from "../ui/card.tsx";
import { TextLink } from "../ui/page.tsx";
import { useMayEdit } from "../ui/role.tsx";
import { channelsQuery } from "./channel-queries.ts";
import { ChannelState } from "./channel-card.tsx";
import { KindIcon } from "./kind-icon.tsx";
import styles from "./channel-list.module.css";

/** Who is told about one check. */
export function CheckChannels({
  projectId,
  channelIds,
}: {
  projectId: string;
  channelIds: readonly string[];
}) {
  const { data = [] } = useQuery(channelsQuery(projectId));
  const mayEdit = useMayEdit();
  const told = data.filter(({ id }) => channelIds.includes(id));
  return (
    <Card title="Channels">
      {told.length === 0 ? (
        <Text c="dimmed">
          Nobody is told about this check.{" "}
          <TextLink to="/projects/$projectId/channels" params={{ projectId }}>
            Channels
          </TextLink>
        </Text>
      ) : (
        <ul className={styles["short"]}>
          {told.map((channel) => (
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
