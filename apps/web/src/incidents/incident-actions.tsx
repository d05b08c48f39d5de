import { Button, Group, Menu, Popover, Stack, Textarea } from "@mantine/core";
import { IconBellZ, IconCheck, IconChevronDown, IconNote } from "@tabler/icons-react";
import { useState } from "react";
import { useQuery } from "@tanstack/react-query";

import { serverNow, useComputedFromNow } from "../time/clock.ts";
import { browserZone } from "../time/zones.ts";
import { EditorsOnly } from "../ui/role.tsx";
import { toast } from "../ui/toast.tsx";
import { acknowledgementText } from "./incident-text.ts";
import {
  checkIncidentQuery,
  type IncidentAction,
  type IncidentSummary,
  useCheckIncident,
  useIncidentAction,
} from "./incident-queries.ts";
import styles from "./incident.module.css";
import { visibleText } from "@overdue/core";
import { CodeBlock } from "../ui/code-block.tsx";
import { TextLink } from "../ui/page.tsx";

type Props = {
  projectId: string;
  /** In a list, an incident that nobody has touched says nothing. */
  inList?: boolean;
  incident: Pick<IncidentSummary, "id" | "acknowledgedAt" | "acknowledgedBy" | "snoozedUntil" | "resolvedAt">;
};

const SOON_MS = 2_000;

const SNOOZES = [
  { for: "30m", label: "For 30 minutes" },
  { for: "2h", label: "For 2 hours" },
  { for: "tomorrow", label: `Until tomorrow 9:00 (${browserZone()})` },
  { for: "recovery", label: "Until it recovers" },
] as const;

/** What people have done about an open incident, and what they can do. Nothing once it is resolved. */
export function IncidentActions({ projectId, incident, inList = false }: Props) {
  const { mutate, isPending } = useIncidentAction({ projectId, incidentId: incident.id });
  const attention = useComputedFromNow((now) => acknowledgementText(incident, now));
  const perform = (action: IncidentAction, done: () => void) =>
    mutate(action, { onSuccess: done, onError: toast.error });
  const unacknowledge = () =>
    perform({ action: "unacknowledge" }, () => toast.success("The acknowledgement is removed."));
  // The API ends a snooze only by its time.
  const endSnooze = () =>
    perform({ action: "snooze", json: { until: new Date(serverNow() + SOON_MS).toISOString() } }, () =>
      toast.success("The snooze ends now."),
    );
  const acknowledge = () =>
    perform({ action: "acknowledge" }, () =>
      toast.withUndo("Acknowledged: nobody else is notified until it recovers.", unacknowledge),
    );
  if (incident.resolvedAt !== null) return null;
  return (
    <div className={styles["actions"]}>
      <output className={styles["attention"]}>{inList && isUntouched(incident) ? "" : attention}</output>
      <EditorsOnly>
        <Group gap="xs">
          {incident.acknowledgedAt === null ? (
            <Button
              size="compact-md"
              leftSection={<IconCheck size={17} aria-hidden />}
              loading={isPending}
              onClick={acknowledge}
            >
              Acknowledge
            </Button>
          ) : (
            <Button variant="default" size="compact-md" loading={isPending} onClick={unacknowledge}>
              Remove acknowledgement
            </Button>
          )}
          <SnoozeMenu
            isSnoozed={incident.snoozedUntil !== null && attention.includes("Snoozed")}
            snooze={(json) =>
              perform({ action: "snooze", json }, () => toast.withUndo("Snoozed.", endSnooze))
            }
            end={endSnooze}
          />
          <NoteButton add={(text, done) => perform({ action: "note", text }, done)} />
        </Group>
      </EditorsOnly>
    </div>
  );
}

function isUntouched({ acknowledgedAt, snoozedUntil }: Props["incident"]): boolean {
  return acknowledgedAt === null && snoozedUntil === null;
}

type Snooze = Extract<IncidentAction, { action: "snooze" }>["json"];

type SnoozeProps = { isSnoozed: boolean; snooze: (json: Snooze) => void; end: () => void };

function SnoozeMenu({ isSnoozed, snooze, end }: SnoozeProps) {
  return (
    <Menu position="bottom-start">
      <Menu.Target>
        <Button
          variant="default"
          size="compact-md"
          leftSection={<IconBellZ size={17} aria-hidden />}
          rightSection={<IconChevronDown size={15} aria-hidden />}
        >
          Snooze
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {SNOOZES.map(({ for: span, label }) => (
          <Menu.Item key={span} onClick={() => snooze({ for: span, timezone: browserZone() })}>
            {label}
          </Menu.Item>
        ))}
        {isSnoozed && <Menu.Item onClick={end}>End snooze</Menu.Item>}
      </Menu.Dropdown>
    </Menu>
  );
}

const NOTE_MAX = 2_000;

/** Adds a note for the next person who looks at the incident. */
function NoteButton({ add }: { add: (text: string, done: () => void) => void }) {
  const [open, setOpen] = useState(false);
  const [text, setText] = useState("");
  const submit = () => {
    if (text.trim() === "") return;
    add(text, () => {
      setText("");
      setOpen(false);
    });
  };
  return (
    <Popover opened={open} onChange={setOpen} width={320} trapFocus returnFocus position="bottom-start">
      <Popover.Target>
        <Button
          variant="default"
          size="compact-md"
          leftSection={<IconNote size={17} aria-hidden />}
          onClick={() => setOpen(!open)}
        >
          Note
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Add a note">
        <Stack gap="xs">
          <Textarea
            label="Note"
            placeholder="What you found, what you did"
            autosize
            minRows={3}
            maxLength={NOTE_MAX}
            value={text}
            onChange={({ currentTarget }) => setText(currentTarget.value)}
          />
          <Button size="compact-md" onClick={submit} disabled={text.trim() === ""}>
            Add note
          </Button>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

/** Lines of a job's output that fit beside the reason. */
const OUTPUT_LINES = 10;

/** The last lines that a job printed before its check went down; nothing where it printed nothing. */
export function CheckOutput({ projectId, checkId }: { projectId: string; checkId: string }) {
  const incident = useCheckIncident({ projectId, checkId });
  const lines = visibleText(incident?.output ?? "").trimEnd();
  if (lines === "") return null;
  return (
    <CodeBlock code={lines.split("\n").slice(-OUTPUT_LINES).join("\n")} what="the last lines of output" />
  );
}

/** What can be done about the open incident of a check; nothing where none is open. */
export function CheckIncidentActions({ projectId, checkId }: { projectId: string; checkId: string }) {
  const { data: incident } = useQuery(checkIncidentQuery({ projectId, checkId }));
  if (!incident) return null;
  return (
    <>
      <IncidentActions projectId={projectId} incident={incident} />
      <TextLink
        to="/projects/$projectId/incidents/$incidentId"
        params={{ projectId, incidentId: incident.id }}
      >
        Incident details
      </TextLink>
    </>
  );
}
