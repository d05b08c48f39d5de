import { Modal, Text } from "@mantine/core";
import { durationText, exitStatusText, factTexts, metricNumber } from "@overdue/core";
import { useQuery } from "@tanstack/react-query";

import { Fact } from "../ui/card.tsx";
import { Listing } from "../ui/listing.tsx";
import { ExactTime } from "../ui/time.tsx";
import { type CheckInZone, pingBodyQuery, type PingView, type RunView } from "./history-queries.ts";
import { OutputView } from "./output-view.tsx";
import styles from "./output-view.module.css";

/** The body of a ping, with a link to download it. `size`: its length in words; counted here if it is not given. */
function PingOutput({ check, number, size }: { check: CheckInZone; number: number; size?: string }) {
  const { data, ...query } = useQuery(pingBodyQuery(check, number));
  const href = `/v1/projects/${check.projectId}/checks/${check.checkId}/pings/${number}/body`;
  return (
    <Listing query={{ ...query, data: data === undefined ? undefined : [data] }} empty="The body is empty.">
      {([text = ""]) => (
        <OutputView
          output={text}
          size={size ?? `${new Blob([text]).size.toLocaleString("en")} bytes`}
          download={{ href, name: `ping-${number}.txt` }}
        />
      )}
    </Listing>
  );
}

type Props = { check: CheckInZone; runs: readonly RunView[]; onClose: () => void };

/** The facts and the output of one run, or of two runs side by side. */
export function RunOutputs({ check, runs, onClose }: Props) {
  return (
    <Modal
      opened={runs.length > 0}
      onClose={onClose}
      title={runs.length > 1 ? "Two runs side by side" : "Output of the run"}
      size={runs.length > 1 ? "100%" : "xl"}
      closeButtonProps={{ "aria-label": "Close" }}
      // The library locks scrolling by a style tag made at run time, which the page's policy refuses.
      lockScroll={false}
    >
      <div className={runs.length > 1 ? styles["pair"] : undefined}>
        {runs.map((run) => (
          <section key={run.id} aria-label={`Run that ended ${run.endedAt ?? "not yet"}`}>
            <RunFacts run={run} zone={check.zone} other={runs.find(({ id }) => id !== run.id)} />
            {run.outputPing === null ? (
              <Text c="dimmed">The run sent no output, or its output is no longer stored.</Text>
            ) : (
              <PingOutput check={check} number={run.outputPing} />
            )}
          </section>
        ))}
      </div>
    </Modal>
  );
}

const OUTCOMES = { running: "Running", success: "Success", fail: "Failure", lost: "Lost" };

type FactsProps = { run: RunView; zone: string | undefined; other: RunView | undefined };

function RunFacts({ run, zone, other }: FactsProps) {
  return (
    <dl className={styles["facts"]}>
      <Fact label="Outcome">
        {OUTCOMES[run.outcome]}
        {run.exitStatus !== null && `, exit status ${exitStatusText(run.exitStatus)}`}
      </Fact>
      {run.startedAt !== null && (
        <Fact label="Started">
          <ExactTime at={run.startedAt} zone={zone} />
        </Fact>
      )}
      {run.endedAt !== null && (
        <Fact label="Ended">
          <ExactTime at={run.endedAt} zone={zone} />
        </Fact>
      )}
      {run.durationMs !== null && (
        <Fact label="Took">
          {durationText(run.durationMs)}
          {comparedText(run.durationMs, other?.durationMs ?? null)}
        </Fact>
      )}
      {Object.entries(run.metrics ?? {}).map(([metric, value]) => (
        <Fact key={metric} label={metric}>
          {metricNumber(value)}
        </Fact>
      ))}
      {run.host !== null && <Fact label="Host">{run.host}</Fact>}
      {run.lateMs !== null && <Fact label="Delivered">{lateText(run.lateMs)}</Fact>}
      {factTexts(run.facts ?? {}).map(({ label, text }) => (
        <Fact key={label} label={label}>
          {text}
        </Fact>
      ))}
    </dl>
  );
}

/** Why a ping has another time than that at which it came. */
function lateText(lateMs: number): string {
  return `${durationText(lateMs)} late, because its machine could not reach Overdue`;
}

/** ", 2.4 times as long as the other" for the longer of two runs; empty for the other one. */
export function comparedText(ms: number, otherMs: number | null): string {
  if (otherMs === null || otherMs <= 0 || ms <= otherMs) return "";
  return `, ${(ms / otherMs).toFixed(1)} times as long as the other`;
}

type BodyProps = { check: CheckInZone; ping: PingView; onClose: () => void };

/** The body of a ping as plain text, because it comes from a job and may be hostile. */
export function PingBody({ check, ping, onClose }: BodyProps) {
  return (
    <Modal
      opened
      onClose={onClose}
      title={`Body of ping ${ping.number}`}
      size="xl"
      closeButtonProps={{ "aria-label": "Close" }}
      // The library locks scrolling by a style tag made at run time, which the page's policy refuses.
      lockScroll={false}
    >
      <PingOutput check={check} number={ping.number} size={sizeText(ping)} />
    </Modal>
  );
}

function sizeText({ bodyBytes, bodyCut, bodyBytesLeftOut }: PingView): string {
  const leftOut = bodyCut ? `, of which ${bodyBytesLeftOut.toLocaleString("en")} were left out` : "";
  return `${bodyBytes.toLocaleString("en")} bytes${leftOut}`;
}
