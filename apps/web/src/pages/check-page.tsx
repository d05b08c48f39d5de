import { Skeleton, Stack, Tabs } from "@mantine/core";
import { useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { type ReactNode, Suspense, useState } from "react";

import { type CheckSearch, readCheckSearch } from "../app/search.ts";
import { checkName } from "@overdue/core";
import { DAY_MS } from "@overdue/schedules";
import { checkQuery, type CheckView } from "../checks/check-queries.ts";
import { scheduleZone } from "../checks/schedule-queries.ts";
import { StatusPanel } from "../checks/status-panel.tsx";
import { TagList } from "../checks/tag-list.tsx";
import { CheckOutput } from "../incidents/check-output.tsx";
import { useCheckIncident } from "../incidents/incident-queries.ts";
import { UptimeCard } from "../history/uptime-card.tsx";
import { serverNow, useComputedFromNow } from "../time/clock.ts";
import type { CheckInZone } from "../history/history-queries.ts";
import { OpenIncident } from "../history/open-incident.tsx";
import { Description } from "../ui/description.tsx";
import { AnnounceChanges } from "../ui/announce.tsx";
import { ManagedLabel } from "../ui/status-label.tsx";
import { BackArrow, Page, TextLink } from "../ui/page.tsx";
import { EditorsOnly } from "../ui/role.tsx";
import { incidentSentence, STATUS_LABELS } from "../checks/status.ts";
import { CheckActions } from "./check-actions.tsx";
import styles from "./check-page.module.css";
import { lazyPart } from "../ui/lazy-part.ts";

// The status and what happened are shown first. The other parts are loaded afterwards, and those in a tab with the tab.
const CheckIncidentActions = lazyPart(async () => ({
  default: (await import("../incidents/incident-actions.tsx")).CheckIncidentActions,
}));
const PingList = lazyPart(async () => ({ default: (await import("../history/ping-list.tsx")).PingList }));
const DurationCard = lazyPart(async () => ({
  default: (await import("../history/duration-card.tsx")).DurationCard,
}));
const MetricCards = lazyPart(async () => ({
  default: (await import("../history/metric-cards.tsx")).MetricCards,
}));
const ExportLinks = lazyPart(async () => ({ default: (await import("../ui/export-links.tsx")).ExportLinks }));
const CheckSide = lazyPart(() => import("./check-side.tsx"));
const Findings = lazyPart(async () => ({ default: (await import("../checks/findings.tsx")).Findings }));
const PutAside = lazyPart(async () => ({ default: (await import("../deliveries/put-aside.tsx")).PutAside }));
const RefusedPingsOfCheck = lazyPart(async () => ({
  default: (await import("../history/refused-pings.tsx")).RefusedPingsOfCheck,
}));
const RunList = lazyPart(async () => ({ default: (await import("../history/run-list.tsx")).RunList }));
const StatusHistory = lazyPart(async () => ({
  default: (await import("../history/status-history.tsx")).StatusHistory,
}));
const Outages = lazyPart(async () => ({ default: (await import("../history/outages.tsx")).Outages }));
const HowToPing = lazyPart(async () => ({ default: (await import("../checks/how-to-ping.tsx")).HowToPing }));

const PAGE = "/signed-in/projects/$projectId/checks/$checkId";

export function CheckPage() {
  const ref = useParams({ from: PAGE });
  const { data: check } = useSuspenseQuery(checkQuery(ref));
  return (
    <Page
      title={`${checkName(check)} (${STATUS_LABELS[check.status].toLowerCase()})`}
      heading={checkName(check)}
      lead={<Lead check={check} />}
      back={
        <TextLink to="/projects/$projectId/checks" params={{ projectId: ref.projectId }}>
          <BackArrow />
          Checks
        </TextLink>
      }
      actions={
        <EditorsOnly>
          <CheckActions check={check} />
        </EditorsOnly>
      }
    >
      <AnnounceChanges labels={new Map([[checkName(check), STATUS_LABELS[check.status].toLowerCase()]])} />
      <Suspense fallback={null}>
        <PutAside projectId={ref.projectId} of={{ checkId: ref.checkId }} />
      </Suspense>
      <StatusPanel
        check={check}
        headline={<DownSince {...ref} />}
        because={
          <>
            <p className={styles["because"]}>
              <DownBecause {...ref} zone={scheduleZone(check.schedule)} />
            </p>
            {check.description !== "" && (
              <div className={styles["because"]}>
                <strong>What to do:</strong> <Description text={check.description} />
              </div>
            )}
            <CheckOutput {...ref} />
            <div className={styles["actions"]}>
              <Suspense fallback={<Skeleton height={36} />}>
                <CheckIncidentActions {...ref} />
              </Suspense>
            </div>
          </>
        }
      />
      {check.pingCount > 0 && (
        <UptimeCard
          check={{ ...ref, zone: scheduleZone(check.schedule) }}
          status={check.status}
          isRunning={check.started}
        />
      )}
      {check.pingCount > 0 && (
        <Suspense fallback={<Skeleton height={320} />}>
          <DurationCard {...ref} zone={scheduleZone(check.schedule)} />
        </Suspense>
      )}
      {check.pingCount > 0 && (
        <Suspense fallback={check.metricLimits.length > 0 ? <Skeleton height={320} /> : null}>
          <MetricCards check={{ ...ref, zone: scheduleZone(check.schedule) }} limits={check.metricLimits} />
        </Suspense>
      )}
      <Suspense fallback={null}>
        <Findings check={check} />
      </Suspense>
      <CheckTabs check={check} />
    </Page>
  );
}

/** Why the check is down and since when, in a few words. */
function DownSince({ projectId, checkId }: { projectId: string; checkId: string }) {
  const incident = useCheckIncident({ projectId, checkId });
  const text = useComputedFromNow((now) => (incident ? incidentSentence(incident, now) : ""));
  return <>{text}</>;
}

/** Since when the check is down, and why, in a sentence. */
function DownBecause({ zone, ...ref }: CheckInZone) {
  const open = useCheckIncident(ref);
  return open === undefined ? null : <OpenIncident open={open} zone={zone} />;
}

function Lead({ check: { tags, managedBy } }: { check: CheckView }) {
  return (
    <>
      {tags.length > 0 && <TagList tags={tags} />}
      <ManagedLabel managedBy={managedBy} />
    </>
  );
}

function CheckTabs({ check }: { check: CheckView }) {
  const navigate = useNavigate({ from: "/projects/$projectId/checks/$checkId" });
  const search = useSearch({ from: PAGE });
  // Chosen once, so that the first ping does not replace the snippets while somebody reads them.
  const [initialTab] = useState(() => defaultTab(check));
  const tab = search.tab ?? initialTab;
  const checkInZone = { projectId: check.projectId, checkId: check.id, zone: scheduleZone(check.schedule) };
  return (
    <div className={styles["parts"]}>
      <Tabs
        value={tab}
        onChange={(chosen) => void navigate({ search: readCheckSearch({ tab: chosen }), replace: true })}
        keepMounted={false}
        className={styles["main"] ?? ""}
      >
        <Tabs.List mb="md">
          <Tabs.Tab value="pings">Pings</Tabs.Tab>
          <Tabs.Tab value="runs">Runs</Tabs.Tab>
          <Tabs.Tab value="history">History</Tabs.Tab>
          <Tabs.Tab value="how-to">How to ping</Tabs.Tab>
        </Tabs.List>
        <TabPanel value="pings">
          <Stack>
            <Suspense fallback={null}>
              <RefusedPingsOfCheck projectId={checkInZone.projectId} checkId={checkInZone.checkId} />
            </Suspense>
            <PingList {...checkInZone} />
          </Stack>
        </TabPanel>
        <TabPanel value="runs">
          <RunList check={checkInZone} {...(search.at !== undefined && { at: search.at })} />
          <ExportLinks
            projectId={checkInZone.projectId}
            checkId={checkInZone.checkId}
            {...exportSpan()}
            kinds={["runs", "slots", "incidents"]}
          />
        </TabPanel>
        <TabPanel value="history">
          <Stack>
            <StatusHistory {...checkInZone} />
            <Outages projectId={check.projectId} since={check.createdAt} zone={checkInZone.zone} />
          </Stack>
        </TabPanel>
        <TabPanel value="how-to">
          <HowToPing check={check} />
        </TabPanel>
      </Tabs>
      <div className={styles["side"]}>
        <Suspense fallback={<Skeleton height={400} />}>
          <CheckSide check={check} />
        </Suspense>
      </div>
    </div>
  );
}

function TabPanel({ value, children }: { value: string; children: ReactNode }) {
  return (
    <Tabs.Panel value={value}>
      <Suspense fallback={<Skeleton height={240} />}>{children}</Suspense>
    </Tabs.Panel>
  );
}

/** The page of a check without a ping opens with the instructions for sending one. */
function defaultTab({ pingCount }: CheckView): NonNullable<CheckSearch["tab"]> {
  return pingCount === 0 ? "how-to" : "pings";
}

const EXPORT_DAYS = 90;

function exportSpan(): { from: string; until: string } {
  const now = serverNow();
  return {
    from: new Date(now - EXPORT_DAYS * DAY_MS).toISOString(),
    until: new Date(now).toISOString(),
  };
}
