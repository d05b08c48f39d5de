import { Button, VisuallyHidden } from "@mantine/core";
import { IconBan, IconCircleCheck, IconCircleX, IconNote, IconPlayerPlay } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";

import { Ago } from "../ui/ago.tsx";
import { Card } from "../ui/card.tsx";
import { Listing } from "../ui/listing.tsx";
import { Mark } from "../ui/mark.tsx";
import { MoreButton } from "../ui/more-button.tsx";
import { type PingView, pingsQuery } from "./history-queries.ts";
import { PingBody } from "./ping-body.tsx";
import { durationsByPing } from "./ping-durations.ts";
import { durationText } from "../time/duration.ts";
import { pingNoteText } from "../words/refused-ping-text.ts";
import styles from "../ui/table.module.css";

type Props = { projectId: string; checkId: string; zone: string | undefined };

/** The pings of a check, newest first. */
export function PingList({ projectId, checkId, zone }: Props) {
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
