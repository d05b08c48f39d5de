import { Button, Group, TextInput, NativeSelect } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { durationText, type Reason, REASONS } from "@overdue/core";
import { RouteList } from "../alert-routes/route-list.tsx";
import {
  routesQuery,
  useDeleteRoute,
  useOrderRoutes,
  useRestoreRoute,
  eventRecipientsQuery,
  type EventRecipient,
  notificationPreviewQuery,
  type Recipient,
} from "../alert-routes/route-queries.ts";
import { Card } from "../ui/card.tsx";
import { Listing } from "../ui/listing.tsx";
import { Page } from "../ui/page.tsx";
import { EditorsOnly } from "../ui/role.tsx";
import { deleteWithUndo, toast } from "../ui/toast.tsx";
import { useNames } from "./use-names.ts";
import { serverNow } from "../time/clock.ts";
import { browserZone, instant, parseWallClock, shortZonedText, wallClockText } from "../time/zones.ts";
import { type Column, DataTable, Dimmed } from "../ui/data-table.tsx";
import { REASON_TITLES } from "../alert-routes/route-text.ts";
import { Select } from "../ui/pick.tsx";

export function RoutesPage() {
  const { projectId } = useParams({ from: "/signed-in/projects/$projectId/routes" });
  const query = useQuery(routesQuery(projectId));
  const names = useNames(projectId);
  const order = useOrderRoutes(projectId);
  const remove = useDeleteRoute(projectId);
  const restore = useRestoreRoute(projectId);
  return (
    <Page
      title="Routes"
      lead="Rules for who gets notified of which incident, when and how often. Where two routes notify one channel, the upper one applies."
      actions={
        <EditorsOnly>
          <Button
            component={Link}
            to={`/projects/${projectId}/routes/new`}
            leftSection={<IconPlus size={18} aria-hidden />}
          >
            New route
          </Button>
        </EditorsOnly>
      }
    >
      <Listing
        query={query}
        empty="No route yet: each check notifies its own channels immediately. Create a route to escalate, to send reminders, or to notify only at certain hours."
      >
        {(routes) => (
          <RouteList
            projectId={projectId}
            routes={routes}
            names={names}
            reorder={(wanted) => order.mutate(wanted, { onError: toast.error })}
            remove={(route) => deleteWithUndo(route, { remove, restore })}
          />
        )}
      </Listing>
      <Card title="Who gets notified?">
        <NotificationPreview projectId={projectId} checks={names.checks} />
      </Card>
    </Page>
  );
}

/** A check that goes down for a reason. `wallClock`: the local time in the browser's zone, as the field holds it. */
type Scenario = { checkId: string | null; wallClock: string; reason: Reason };

type Props = { projectId: string; checks: ReadonlyMap<string, string> };

/** Shows who is notified if a check goes down at some time. The server computes it by the code that sends alerts. */
export function NotificationPreview({ projectId, checks }: Props) {
  const zone = browserZone();
  const [scenario, setScenario] = useState<Scenario>(() => ({
    checkId: null,
    wallClock: wallClockText(serverNow(), zone),
    reason: REASONS[0],
  }));
  const at = parseWallClock(scenario.wallClock, zone);
  return (
    <>
      <ScenarioForm checks={checks} zone={zone} scenario={scenario} change={setScenario} />
      {scenario.checkId !== null && at !== null && (
        <Recipients
          projectId={projectId}
          checkId={scenario.checkId}
          at={new Date(at).toISOString()}
          reason={scenario.reason}
        />
      )}
    </>
  );
}

type FormProps = {
  checks: Props["checks"];
  zone: string;
  scenario: Scenario;
  change: (scenario: Scenario) => void;
};

function ScenarioForm({ checks, zone, scenario, change }: FormProps) {
  return (
    <Group align="flex-start">
      <Select
        label="If this check"
        data={[...checks].map(([value, label]) => ({ value, label }))}
        value={scenario.checkId}
        onChange={(checkId) => change({ ...scenario, checkId })}
        searchable
        limit={60}
        placeholder="Choose a check"
      />
      <NativeSelect
        label="goes down because it is"
        data={REASONS.map((value) => ({ value, label: REASON_TITLES[value] }))}
        value={scenario.reason}
        onChange={({ currentTarget }) => {
          const reason = REASONS.find((known) => known === currentTarget.value);
          if (reason) change({ ...scenario, reason });
        }}
      />
      <TextInput
        type="datetime-local"
        label={`at (${zone})`}
        value={scenario.wallClock}
        onChange={({ currentTarget }) => change({ ...scenario, wallClock: currentTarget.value })}
      />
    </Group>
  );
}

const NOBODY =
  "Nobody: this check has no channel of its own, and no route leads to one. The alert would go to the fallback channel, or else to the project's owners by e-mail, unless the check's severity is info.";

function Recipients(scenario: { projectId: string; checkId: string; at: string; reason: Reason }) {
  const query = useQuery(notificationPreviewQuery(scenario));
  const { data: eventRecipients = [] } = useQuery(eventRecipientsQuery(scenario));
  const zone = browserZone();
  return (
    <div style={{ marginTop: 14 }} aria-live="polite">
      <Listing query={query} empty={NOBODY}>
        {(recipients) => (
          <DataTable
            columns={recipientColumns(zone)}
            rows={recipients}
            rowKey={({ channelId, at, because }) => `${channelId} ${at} ${because}`}
          />
        )}
      </Listing>
      {eventRecipients.length > 0 && (
        <>
          <p>About its runs and notices at that time:</p>
          <DataTable
            columns={eventRecipientColumns(zone)}
            rows={eventRecipients}
            rowKey={({ channelId, notifyOn }) => `${channelId} ${notifyOn}`}
          />
        </>
      )}
    </div>
  );
}

function recipientColumns(zone: string): Column<Recipient>[] {
  return [
    {
      head: "After",
      look: "short",
      cell: ({ afterSeconds }) => (afterSeconds === 0 ? "immediately" : durationText(afterSeconds * 1_000)),
    },
    { head: "At", cell: ({ at }) => <ShortTime at={at} zone={zone} /> },
    {
      head: "Who",
      look: "wide",
      cell: ({ channelName, kind, heldBack }) => (
        <>
          {channelName}
          {kind === "reminder" && <Dimmed> (reminder)</Dimmed>}
          {heldBack !== null && (
            <div>
              <Dimmed>Not at present: {heldBack}</Dimmed>
            </div>
          )}
        </>
      ),
    },
    { head: "Because of", look: "wide", cell: ({ because }) => because },
  ];
}

const EVENT_TITLES: Record<string, string> = {
  runs: "Every run",
  failures: "Every failure",
  notices: "Notices",
};

function eventRecipientColumns(zone: string): Column<EventRecipient>[] {
  return [
    { head: "What", look: "short", cell: ({ notifyOn }) => EVENT_TITLES[notifyOn] ?? notifyOn },
    { head: "At", cell: ({ at }) => <ShortTime at={at} zone={zone} /> },
    { head: "Who", look: "wide", cell: ({ channelName }) => channelName },
    { head: "Because of", look: "wide", cell: ({ because }) => because },
  ];
}

function ShortTime({ at, zone }: { at: string; zone: string }) {
  return <time dateTime={at}>{shortZonedText(instant(at), zone)}</time>;
}
