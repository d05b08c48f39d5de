import { Button, Group, Menu, Popover, Stack, Textarea } from "@mantine/core";
import { IconBellZ, IconCheck, IconChevronDown, IconNote } from "@tabler/icons-react";
import { useState } from "react";
import { useQuery } from "@tanstack/react-query";

import { serverNow, useAsOfNow } from "../time/clock.ts";
import { browserZone } from "../time/zones.ts";
import { EditorsOnly } from "../ui/role.tsx";
import { tell } from "../ui/toast.tsx";
import { attentionText } from "./incident-text.ts";
import {
  checkIncidentQuery,
  type IncidentAct,
  type IncidentSummary,
  useIncidentAct,
} from "./incident-queries.ts";
import styles from "./incident.module.css";
import { TextLink } from "../ui/page.tsx";

type Props = {
  projectId: string;
  /** Among many: only what somebody has done is said. */
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

/** What people have done about an open incident, and what they can do. Nothing where it is over. */
export function IncidentActs({ projectId, incident, inList = false }: Props) {
  const { mutate, isPending } = useIncidentAct({ projectId, incidentId: incident.id });
  const attention = useAsOfNow((now) => attentionText(incident, now));
  const act = (wanted: IncidentAct, done: () => void) =>
    mutate(wanted, { onSuccess: done, onError: tell.trouble });
  const takeBack = () => act({ act: "unacknowledge" }, () => tell.done("Taken back."));
  // The API knows no other end of a snooze than its time.
  const endSnooze = () =>
    act({ act: "snooze", json: { until: new Date(serverNow() + SOON_MS).toISOString() } }, () =>
      tell.done("The snooze ends now."),
    );
  const acknowledge = () =>
    act({ act: "acknowledge" }, () =>
      tell.undoable("Acknowledged: nobody else is told of it until it recovers.", takeBack),
    );
  if (incident.resolvedAt !== null) return null;
  return (
    <div className={styles["acts"]}>
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
            <Button variant="default" size="compact-md" loading={isPending} onClick={takeBack}>
              Take the acknowledgement back
            </Button>
          )}
          <SnoozeMenu
            isSnoozed={incident.snoozedUntil !== null && attention.includes("Snoozed")}
            snooze={(json) => act({ act: "snooze", json }, () => tell.undoable("Snoozed.", endSnooze))}
            end={endSnooze}
          />
          <NoteForm add={(text, done) => act({ act: "note", text }, done)} />
        </Group>
      </EditorsOnly>
    </div>
  );
}

function isUntouched({ acknowledgedAt, snoozedUntil }: Props["incident"]): boolean {
  return acknowledgedAt === null && snoozedUntil === null;
}

type Snooze = Extract<IncidentAct, { act: "snooze" }>["json"];

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
        {isSnoozed && <Menu.Item onClick={end}>End the snooze now</Menu.Item>}
      </Menu.Dropdown>
    </Menu>
  );
}

const NOTE_MAX = 2_000;

/** A note for whoever looks next. */
function NoteForm({ add }: { add: (text: string, done: () => void) => void }) {
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
            Add the note
          </Button>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

/** What can be done about the open incident of a check; nothing where none is open. */
export function CheckIncident({ projectId, checkId }: { projectId: string; checkId: string }) {
  const { data: incident } = useQuery(checkIncidentQuery({ projectId, checkId }));
  if (!incident) return null;
  return (
    <>
      <IncidentActs projectId={projectId} incident={incident} />
      <TextLink
        to="/projects/$projectId/incidents/$incidentId"
        params={{ projectId, incidentId: incident.id }}
      >
        All about this incident
      </TextLink>
    </>
  );
}
