import { Alert, Button, Group, Switch, NativeSelect } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { browserZone } from "../time/zones.ts";
import { Card } from "../ui/card.tsx";
import { ExactTime } from "../ui/time.tsx";
import { TextLink } from "../ui/page.tsx";
import { useInstanceText } from "../ui/role.tsx";
import { toast } from "../ui/toast.tsx";
import {
  type ReportSettingsPatch,
  reportSettingsQuery,
  type ReportSettings,
  useSaveReportSettings,
  useSendReport,
} from "./report-queries.ts";
import styles from "./report.module.css";
import { TimezoneSelect } from "../ui/pick.tsx";

const FREQUENCIES = [
  { value: "none", label: "None" },
  { value: "week", label: "Each week, on Monday" },
  { value: "month", label: "Each month, on the first" },
];

/** The settings of the signed-in person's report of a project. A choice is saved immediately. */
export function ReportCard({ projectId, projectZone }: { projectId: string; projectZone: string }) {
  const { data: choice } = useQuery(reportSettingsQuery(projectId));
  return (
    <Card
      title="Your report by e-mail"
      actions={
        <TextLink to="/projects/$projectId/report" params={{ projectId }}>
          View report
        </TextLink>
      }
    >
      {choice && <ReportSettingsForm projectId={projectId} choice={choice} projectZone={projectZone} />}
    </Card>
  );
}

type Props = { projectId: string; choice: ReportSettings; projectZone: string };

function ReportSettingsForm({ projectId, choice, projectZone }: Props) {
  const choose = useSaveReportSettings(projectId);
  const send = useSendReport(projectId);
  const instanceText = useInstanceText();
  const zone = choice.timezone ?? projectZone;
  const change = (patch: ReportSettingsPatch) =>
    choose.mutate(
      { patch, version: choice.version },
      { onSuccess: () => toast.success("Saved."), onError: toast.error },
    );
  const chooseFrequency = (value: string | null) => {
    if (value !== "none" && value !== "week" && value !== "month") return;
    // A person who has not chosen a time zone gets the one of their browser.
    change({
      every: value,
      ...(choice.timezone === null && value !== "none" && { timezone: browserZone() }),
    });
  };
  return (
    <div className={styles["choice"]}>
      <p className={styles["dimmed"]}>
        Uptime, what was missed, late or slow, what never ran and what is paused; to {choice.to}.
      </p>
      {choice.problem !== null && <Alert color="yellow">{instanceText(choice.problem)}</Alert>}
      <Group align="flex-end">
        <NativeSelect
          label="How often"
          data={FREQUENCIES}
          value={choice.every}
          onChange={({ currentTarget }) => chooseFrequency(currentTarget.value)}
        />
        {(choice.every !== "none" || choice.clockChanges) && (
          <TimezoneSelect
            label="At 9:00 in the time zone"
            value={zone}
            onChange={(timezone) => timezone !== null && change({ timezone })}
          />
        )}
        <Button
          variant="default"
          loading={send.isPending}
          onClick={() =>
            send.mutate(undefined, {
              onSuccess: () => toast.success(`On its way to ${choice.to}.`),
              onError: toast.error,
            })
          }
        >
          Send one now
        </Button>
      </Group>
      <Switch
        label="Also a note before clock changes"
        description="On Mondays, if one within two weeks moves, doubles or skips runs: which checks, and when their runs are expected."
        checked={choice.clockChanges}
        onChange={({ currentTarget }) =>
          change({
            clockChanges: currentTarget.checked,
            ...(choice.timezone === null && { timezone: browserZone() }),
          })
        }
      />
      {choice.dueAt !== null && (
        <p className={styles["dimmed"]}>
          The next one comes <ExactTime at={choice.dueAt} zone={zone} />.
        </p>
      )}
    </div>
  );
}
