import { Button, Group, Modal, Text, VisuallyHidden } from "@mantine/core";
import {
  IconBan,
  IconCircleCheck,
  IconCircleX,
  IconDownload,
  IconNote,
  IconPlayerPlay,
} from "@tabler/icons-react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { Ago } from "../ui/time.tsx";
import { Card } from "../ui/card.tsx";
import { Listing, MoreButton } from "../ui/listing.tsx";
import { Mark } from "../ui/status-label.tsx";
import { pingBodyQuery, pingsQuery, type PingView } from "./history-queries.ts";
import { durationText } from "../time/duration.ts";
import { pingNoteText } from "../text/ping-text.ts";
import styles from "../ui/table.module.css";
import { CopyButton } from "../ui/code-block.tsx";
import { visibleText } from "../text/plain-text.ts";
import bodyStyles from "./ping-body.module.css";
import { instant } from "../time/zones.ts";

type PingListProps = { projectId: string; checkId: string; zone: string | undefined };

/** The pings of a check, newest first. */
export function PingList({ projectId, checkId, zone }: PingListProps) {
  const of = { projectId, checkId };
  const query = useInfiniteQuery(pingsQuery(of));
  const [open, setOpen] = useState<PingView | null>(null);
  return (
    <Card title="Pings">
      <Listing query={query} empty="No ping yet.">
        {(pings) => (
          <div className={styles["scroll"]}>
            <PingTable pings={pings} zone={zone} onOpen={setOpen} />
          </div>
        )}
      </Listing>
      <MoreButton {...query} />
      <PingBody of={of} ping={open} onClose={() => setOpen(null)} />
    </Card>
  );
}

/** A row may stand for many pings that said the same. */
function numbersOf({ number, repeats }: PingView): string {
  return repeats === 0 ? String(number) : `${number} (and ${repeats} like it)`;
}

type TableProps = { pings: readonly PingView[]; zone: string | undefined; onOpen: (ping: PingView) => void };

function PingTable({ pings, zone, onOpen }: TableProps) {
  const durations = durationsByPing(pings);
  return (
    <table className={styles["table"]}>
      <thead>
        <tr>
          <th>No.</th>
          <th>Kind</th>
          <th>When</th>
          <th>Took</th>
          <th>Exit status</th>
          <th>From</th>
          <th>
            <VisuallyHidden>What it carried</VisuallyHidden>
          </th>
        </tr>
      </thead>
      <tbody>
        {pings.map((ping) => (
          <tr key={ping.number}>
            <td className={styles["dimmed"]}>{numbersOf(ping)}</td>
            <td>
              <PingKind ping={ping} />
            </td>
            <td>
              <Ago at={ping.receivedAt} {...(zone && { zone })} />
            </td>
            <td>{tookText(durations.get(ping.number))}</td>
            <td>{ping.exitStatus ?? <span className={styles["dimmed"]}>–</span>}</td>
            <td className={styles["wide"]}>
              <Source ping={ping} />
            </td>
            <td>
              {ping.bodyBytes > 0 && (
                <Button size="compact-xs" variant="default" onClick={() => onOpen(ping)}>
                  Body
                  <VisuallyHidden> of ping {ping.number}</VisuallyHidden>
                </Button>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function tookText(ms: number | undefined): string {
  return ms === undefined ? "–" : durationText(ms);
}

const KINDS = {
  start: { icon: IconPlayerPlay, tone: "info", word: "Start" },
  success: { icon: IconCircleCheck, tone: "good", word: "Success" },
  fail: { icon: IconCircleX, tone: "bad", word: "Failure" },
  log: { icon: IconNote, tone: "quiet", word: "Log" },
  ignored: { icon: IconBan, tone: "quiet", word: "Ignored" },
} as const;

function PingKind({ ping }: { ping: PingView }) {
  const { icon, tone, word } = KINDS[ping.kind];
  return (
    <>
      <Mark icon={icon} tone={tone}>
        {word}
      </Mark>
      {ping.note !== null && <span className={styles["dimmed"]}> {pingNoteText(ping.note)}</span>}
    </>
  );
}

function Source({ ping }: { ping: PingView }) {
  return (
    <>
      <span>{ping.remoteAddress ?? ping.scheme}</span>{" "}
      <span className={styles["dimmed"]}>
        {[ping.method, ping.userAgent].filter((text) => text !== "").join(" · ")}
      </span>
    </>
  );
}

type PingBodyProps = {
  of: { projectId: string; checkId: string };
  ping: PingView | null;
  onClose: () => void;
};

/** What a ping carried, as text and never as anything else. */
function PingBody({ of, ping, onClose }: PingBodyProps) {
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

function BodyText({ of, ping }: { of: PingBodyProps["of"]; ping: PingView }) {
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
          <pre className={bodyStyles["body"]} aria-label="Body">
            {visibleText(text)}
          </pre>
        </>
      )}
    </Listing>
  );
}

type TimedPing = Pick<PingView, "number" | "kind" | "rid" | "receivedAt">;

/**
 * How long the run took that a success or failure ended, by the ping's number, in milliseconds: counted from the
 * newest start before it with the same run id (or, without one, the newest start without one). Runs have the last
 * word on durations; this only saves a second list beside the first.
 */
export function durationsByPing(pings: readonly TimedPing[]): ReadonlyMap<number, number> {
  const starts = new Map<string | null, number>();
  const durations = new Map<number, number>();
  for (const ping of pings.toSorted((a, b) => a.number - b.number)) {
    const at = instant(ping.receivedAt);
    if (ping.kind === "start") starts.set(ping.rid, at);
    if (ping.kind !== "success" && ping.kind !== "fail") continue;
    const started = starts.get(ping.rid);
    if (started !== undefined && started <= at) durations.set(ping.number, at - started);
    starts.delete(ping.rid);
  }
  return durations;
}
