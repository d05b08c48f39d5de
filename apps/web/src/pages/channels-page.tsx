import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";

import { AddChannel } from "../channels/add-channel.tsx";
import { ChannelCard } from "../channels/channel-card.tsx";
import {
  channelKindsQuery,
  channelsQuery,
  type ChannelView,
  useDeleteChannel,
  useRestoreChannel,
  useTestChannel,
} from "../channels/channel-queries.ts";
import { checksQuery } from "../checks/check-queries.ts";
import { DeliveryProgress } from "../deliveries/delivery-progress.tsx";
import { Card } from "../ui/card.tsx";
import { Page } from "../ui/page.tsx";
import { EditorsOnly } from "../ui/role.tsx";
import { deleteWithUndo, toast } from "../ui/toast.tsx";
import styles from "../channels/channel-list.module.css";

export function ChannelsPage() {
  const { projectId } = useParams({ from: "/signed-in/projects/$projectId/channels" });
  const { data: channels } = useSuspenseQuery(channelsQuery(projectId));
  const { data: checks = [] } = useQuery(checksQuery(projectId));
  const { data: kinds } = useSuspenseQuery(channelKindsQuery);
  const names = new Map(checks.map((check) => [check.id, check.name]));
  return (
    <Page title="Channels" lead="Where messages go when a check goes down, and when it recovers.">
      {channels.length === 0 ? (
        <p>No channel yet, so nobody gets notified.</p>
      ) : (
        <ul className={styles["list"]}>
          {channels.map((channel) => (
            <ChannelItem key={channel.id} projectId={projectId} channel={channel} names={names} />
          ))}
        </ul>
      )}
      <EditorsOnly>
        <Card title="New channel">
          <AddChannel projectId={projectId} kinds={kinds} />
        </Card>
      </EditorsOnly>
    </Page>
  );
}

type ItemProps = { projectId: string; channel: ChannelView; names: ReadonlyMap<string, string> };

function ChannelItem({ projectId, channel, names }: ItemProps) {
  const [startedId, setStartedId] = useState<string | null>(null);
  const { lastTrial } = channel;
  // One that arrived needs no line once the page is left: the state above says so.
  const deliveryId = startedId ?? (lastTrial?.state === "sent" ? null : (lastTrial?.deliveryId ?? null));
  const test = useTestChannel(projectId);
  const remove = useDeleteChannel(projectId);
  const restore = useRestoreChannel(projectId);
  return (
    <ChannelCard
      projectId={projectId}
      channel={channel}
      checkNames={channel.checkIds.flatMap((id) => names.get(id) ?? [])}
      testing={test.isPending}
      onTest={() =>
        test.mutate(channel.id, {
          onSuccess: (sent) => setStartedId(sent.deliveryId),
          onError: toast.error,
        })
      }
      onDelete={() => deleteWithUndo(channel, { remove, restore })}
    >
      {deliveryId !== null && <DeliveryProgress projectId={projectId} deliveryId={deliveryId} />}
    </ChannelCard>
  );
}
