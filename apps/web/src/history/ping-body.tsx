import { Button, Group, Modal, Text } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";

import { CopyButton } from "../ui/copy-button.tsx";
import { Listing } from "../ui/listing.tsx";
import { pingBodyQuery, type PingView } from "./history-queries.ts";
import { visibleText } from "../words/visible-text.ts";
import styles from "./ping-body.module.css";

type Props = { of: { projectId: string; checkId: string }; ping: PingView | null; onClose: () => void };

/** What a ping carried, as text and never as anything else. */
export function PingBody({ of, ping, onClose }: Props) {
  return (
    <Modal
      opened={ping !== null}
      onClose={onClose}
      title={`Body of ping ${ping?.number ?? ""}`}
      size="xl"
      closeButtonProps={{ "aria-label": "Close" }}
      // The library locks scrolling by a style tag made at run time, which the page's policy refuses.
      lockScroll={false}
    >
      {ping && <BodyText of={of} ping={ping} />}
    </Modal>
  );
}

function BodyText({ of, ping }: { of: Props["of"]; ping: PingView }) {
  const { data, ...query } = useQuery(pingBodyQuery(of, ping.number));
  const path = `/v1/projects/${of.projectId}/checks/${of.checkId}/pings/${ping.number}/body`;
  return (
    <Listing query={{ ...query, data: data === undefined ? undefined : [data] }} empty="It carried nothing.">
      {([text = ""]) => (
        <>
          <Group justify="space-between" mb="xs">
            <Text size="sm" c="dimmed">
              {ping.bodyBytes.toLocaleString("en")} bytes
              {ping.bodyCut ? `, of which ${ping.bodyBytesLeftOut.toLocaleString("en")} were left out` : ""}
            </Text>
            <Group gap="xs">
              <CopyButton value={text} what="the body" />
              <Button
                component="a"
                href={path}
                download={`ping-${ping.number}.txt`}
                size="compact-sm"
                variant="default"
                leftSection={<IconDownload size={16} aria-hidden />}
              >
                Download
              </Button>
            </Group>
          </Group>
          <pre className={styles["body"]} aria-label="Body">
            {visibleText(text)}
          </pre>
        </>
      )}
    </Listing>
  );
}
