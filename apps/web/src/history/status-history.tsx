import {
  IconAlertTriangle,
  IconCircleCheck,
  IconCircleX,
  IconPlayerPause,
  IconQuestionMark,
  IconSparkles,
} from "@tabler/icons-react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { useNow } from "../time/clock.ts";
import { durationText } from "../time/duration.ts";
import { instant } from "../time/zones.ts";
import { Ago, Exact } from "../ui/time.tsx";
import { Card } from "../ui/card.tsx";
import { Listing, MoreButton } from "../ui/listing.tsx";
import { Mark } from "../ui/status-label.tsx";
import {
  flipsQuery,
  type FlipView,
  incidentsQuery,
  type IncidentView,
  noticesQuery,
  type NoticeView,
  outagesQuery,
  slotsQuery,
  type SlotView,
} from "./history-queries.ts";
import { outageText } from "./outages.tsx";
import { capital, REASON_WORDS, reasonText } from "../text/reason-text.ts";
import styles from "../ui/table.module.css";

type HistoryProps = { projectId: string; checkId: string; zone: string | undefined };

/** Incidents, changes of status, and what became of each expected time. */
export function StatusHistory(props: HistoryProps) {
  return (
    <>
      <Incidents {...props} />
      <Flips {...props} />
      <Notices {...props} />
      <Slots {...props} />
    </>
  );
}

function Incidents({ projectId, checkId, zone }: HistoryProps) {
  const query = useInfiniteQuery(incidentsQuery({ projectId, checkId }));
  return (
    <Card title="Incidents">
      <Listing
        query={query}
        empty="No incident yet. One opens when the check goes down and ends when it is up again."
      >
        {(incidents) => (
          <div className={styles["scroll"]}>
            <table className={styles["table"]}>
              <thead>
                <tr>
                  <th>Why</th>
                  <th>Opened</th>
                  <th>Lasted</th>
                  <th>Last heard before</th>
                </tr>
              </thead>
              <tbody>
                {incidents.map((incident) => (
                  <IncidentRow key={incident.id} projectId={projectId} incident={incident} zone={zone} />
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Listing>
      <MoreButton {...query} />
    </Card>
  );
}

type IncidentProps = { projectId: string; incident: IncidentView; zone: string | undefined };

function IncidentRow({ projectId, incident, zone }: IncidentProps) {
  const now = useNow();
  const { openedAt, resolvedAt, evidence } = incident;
  const zoned = zone ? { zone } : {};
  const lastedMs = (instant(resolvedAt) ?? now) - instant(openedAt);
  return (
    <tr>
      <td className={styles["wide"]}>
        <Link to="/projects/$projectId/incidents/$incidentId" params={{ projectId, incidentId: incident.id }}>
          {capital(reasonText(incident))}
        </Link>
      </td>
      <td>
        <Exact at={openedAt} {...zoned} />
      </td>
      <td>
        {resolvedAt === null ? (
          <Mark icon={IconCircleX} tone="bad">
            {`open for ${durationText(lastedMs)}`}
          </Mark>
        ) : (
          durationText(lastedMs)
        )}
      </td>
      <td>{evidence.lastHeardAt === null ? "never" : <Ago at={evidence.lastHeardAt} {...zoned} />}</td>
    </tr>
  );
}

const STATUSES = {
  new: { icon: IconSparkles, tone: "info", word: "New" },
  up: { icon: IconCircleCheck, tone: "good", word: "Up" },
  down: { icon: IconCircleX, tone: "bad", word: "Down" },
  paused: { icon: IconPlayerPause, tone: "quiet", word: "Paused" },
} as const;

function Flips({ projectId, checkId, zone }: HistoryProps) {
  const query = useInfiniteQuery(flipsQuery({ projectId, checkId }));
  return (
    <Card title="Changes of status">
      <Listing query={query} empty="No change yet.">
        {(flips) => (
          <div className={styles["scroll"]}>
            <table className={styles["table"]}>
              <thead>
                <tr>
                  <th>To</th>
                  <th>When</th>
                  <th>Why</th>
                  <th>Channels</th>
                </tr>
              </thead>
              <tbody>
                {flips.map((flip) => (
                  <FlipRow key={flip.id} flip={flip} zone={zone} />
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Listing>
      <MoreButton {...query} />
    </Card>
  );
}

function FlipRow({ flip, zone }: { flip: FlipView; zone: string | undefined }) {
  const { icon, tone, word } = STATUSES[flip.to];
  return (
    <tr>
      <td>
        <Mark icon={icon} tone={tone}>
          {word}
        </Mark>
      </td>
      <td>
        <Exact at={flip.at} {...(zone && { zone })} />
      </td>
      <td className={styles["wide"]}>{flip.reason === null ? "–" : capital(REASON_WORDS[flip.reason])}</td>
      <td className={styles["dimmed"]}>{toldText(flip)}</td>
    </tr>
  );
}

function toldText({ alerts, channels }: FlipView): string {
  if (channels > 0) return channels === 1 ? "1 told" : `${channels} told`;
  return alerts ? "none to tell" : "not told";
}

const SLOT_OUTCOMES = {
  "on-time": { icon: IconCircleCheck, tone: "good", word: "On time" },
  early: { icon: IconCircleCheck, tone: "good", word: "Early" },
  late: { icon: IconAlertTriangle, tone: "warn", word: "Late" },
  missed: { icon: IconCircleX, tone: "bad", word: "Missed" },
  failed: { icon: IconCircleX, tone: "bad", word: "Failed" },
  "not-judged": { icon: IconQuestionMark, tone: "quiet", word: "Not judged" },
} as const;

function Slots({ projectId, checkId, zone }: HistoryProps) {
  const query = useInfiniteQuery(slotsQuery({ projectId, checkId }));
  const { data: outages = [] } = useQuery(outagesQuery(projectId));
  return (
    <Card title="Expected times">
      <Listing query={query} empty="None has come yet.">
        {(slots) => (
          <div className={styles["scroll"]}>
            <table className={styles["table"]}>
              <thead>
                <tr>
                  <th>Due</th>
                  <th>What became of it</th>
                  <th>Off by</th>
                </tr>
              </thead>
              <tbody>
                {slots.map((slot) => (
                  <SlotRow key={slot.dueAt} slot={slot} why={aside(slot, outages, zone)} zone={zone} />
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Listing>
      <MoreButton {...query} />
    </Card>
  );
}

function SlotRow({ slot, why, zone }: { slot: SlotView; why: string | null; zone: string | undefined }) {
  const { icon, tone, word } = SLOT_OUTCOMES[slot.outcome];
  return (
    <tr>
      <td>
        <Exact at={slot.dueAt} {...(zone && { zone })} />
      </td>
      <td>
        <Mark icon={icon} tone={tone}>
          {word}
        </Mark>
        {why !== null && <div className={styles["dimmed"]}>{why}</div>}
      </td>
      <td>{slot.lateMs === null ? "–" : offText(slot.lateMs)}</td>
    </tr>
  );
}

/** No more than this is what clocks are usually wrong by; programs that start earlier mean it. */
const CLOCK_AHEAD_MS = 60_000;

type OutageSpans = Parameters<typeof outageText>[1];

/** What there is to say of a slot beside its outcome. */
function aside(slot: SlotView, outages: OutageSpans, zone: string | undefined) {
  const { outcome, because, dueAt, lateMs } = slot;
  if (outcome === "early" && lateMs !== null && lateMs >= -CLOCK_AHEAD_MS)
    return `Heard ${durationText(-lateMs)} before it was due: is the clock of its host ahead?`;
  if (outcome === "missed" && lateMs !== null) return "Made up late";
  if (outcome === "missed" && because === "overlap") return "The run before was still going";
  if (outcome !== "not-judged") return null;
  return because === "maintenance" ? "Planned maintenance" : outageText(dueAt, outages, zone);
}

function offText(lateMs: number): string {
  return `${durationText(Math.abs(lateMs))} ${lateMs < 0 ? "early" : "late"}`;
}

type Props = { projectId: string; checkId: string; zone: string | undefined };

/** What was worth a line but no alert; nothing where there was none. */
function Notices({ projectId, checkId, zone }: Props) {
  const query = useInfiniteQuery(noticesQuery({ projectId, checkId }));
  if (!query.data || query.data.length === 0) return null;
  return (
    <Card title="Noted">
      <div className={styles["scroll"]}>
        <table className={styles["table"]}>
          <thead>
            <tr>
              <th>When</th>
              <th>What</th>
            </tr>
          </thead>
          <tbody>
            {query.data.map((notice) => (
              <tr key={notice.id}>
                <td>
                  <Exact at={notice.at} {...(zone && { zone })} />
                </td>
                <td className={styles["wide"]}>{noticeText(notice)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <MoreButton {...query} />
    </Card>
  );
}

function noticeText({ notice, evidence }: NoticeView): string {
  return notice === "edited" ? "The check was edited" : capital(reasonText({ reason: notice, evidence }));
}
