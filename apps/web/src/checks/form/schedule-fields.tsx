import { Button, Stack, TextInput } from "@mantine/core";

import { DEFAULT_SCHEDULER } from "@overdue/schedules";
import { useQuery } from "@tanstack/react-query";

import { toSpan } from "../../time/duration.ts";

import { toast } from "../../ui/toast.tsx";
import { SpanInput } from "../../ui/span-input.tsx";
import { loadTools, schedulersQuery } from "../schedule-queries.ts";
import { type CheckFormValues, scheduleInput, useCheckFormContext } from "./check-form-values.ts";
import { NO_SETUP } from "./setup-values.ts";
import { NextTimes, PastedText } from "./schedule-preview.tsx";
import { SchedulerSelect } from "./scheduler-select.tsx";
import { IntervalSchedulerField, SetupFields } from "./setup-fields.tsx";
import styles from "./check-form.module.css";
import { TimezoneSelect } from "../../ui/pick.tsx";
import { Segments } from "../../ui/segments.tsx";
import { TextArea } from "../../ui/text-area.tsx";

const KINDS: { value: CheckFormValues["kind"]; label: string }[] = [
  { value: "interval", label: "Interval" },
  { value: "cron", label: "Cron" },
  { value: "oncalendar", label: "OnCalendar" },
];

/** The fields for when the job is due, and how late its ping may be. */
export function ScheduleFields() {
  const form = useCheckFormContext();
  const { kind, scheduler } = form.values;
  return (
    <div className={styles["schedule"]}>
      <Stack>
        <Segments
          data={KINDS}
          value={kind}
          onChange={(chosen) => form.setFieldValue("kind", toKind(chosen))}
          aria-label="Kind of schedule"
        />
        {kind === "interval" && <IntervalField />}
        {kind === "interval" && <IntervalSchedulerField />}
        {kind === "cron" && <SchedulerField />}
        {kind === "cron" && <CronField />}
        {kind === "cron" && scheduler === "jenkins" && <JobField />}
        {kind === "oncalendar" && (
          <ExpressionField
            name="calendar"
            label="OnCalendar expression"
            description="As in a systemd timer. Several lines mean any of them. You can paste a whole timer unit."
            presets={CALENDARS.map(({ label, expression }) => ({
              label,
              choose: () => form.setFieldValue("calendar", expression),
            }))}
          />
        )}
        {kind !== "interval" && <PastedText />}
        <SetupFields />
        {kind !== "interval" && <TimezoneField />}
        <SpanInput
          label="Grace"
          description="How late a ping may be before the check goes down and its channels get notified."
          required
          min={60}
          {...form.getInputProps("grace")}
        />
      </Stack>
      <NextTimes schedule={scheduleInput(form.values)} />
    </div>
  );
}

/** The name from which Jenkins computes H. Without it, a line with H is due at any time for which H may stand. */
function JobField() {
  const form = useCheckFormContext();
  return (
    <TextInput
      label="Jenkins job"
      description="Its full name with its folders, such as team/nightly. Jenkins computes H from it; without it any time that H may stand for is on time."
      {...form.getInputProps("job")}
    />
  );
}

function IntervalField() {
  const form = useCheckFormContext();
  return (
    <div>
      <SpanInput
        label="Every"
        description="The time from one ping to the next."
        required
        min={60}
        {...form.getInputProps("every")}
      />
      <Presets
        presets={INTERVALS.map(({ label, seconds }) => ({
          label,
          choose: () => form.setFieldValue("every", toSpan(seconds)),
        }))}
      />
    </div>
  );
}

function SchedulerField() {
  const form = useCheckFormContext();
  const { scheduler } = form.values;
  const choose = (id: string) => {
    if (id === SYSTEMD.value) return form.setFieldValue("kind", "oncalendar");
    form.setFieldValue("scheduler", id);
    form.setFieldValue("setups.cron", NO_SETUP);
  };
  return (
    <SchedulerSelect
      label="What runs this job?"
      description="Each scheduler reads a line in its own way, above all when clocks change."
      value={scheduler ?? DEFAULT_SCHEDULER}
      onChange={choose}
      extra={SYSTEMD}
    />
  );
}

/** Not a scheduler of cron lines, but people look for it among them. */
const SYSTEMD = {
  value: "oncalendar",
  label: "systemd timer (OnCalendar)",
  family: "Linux" as const,
  names: ["systemd", "timer"],
};

const EXAMPLE_LINE = "30 2 * * *";

function CronField() {
  const form = useCheckFormContext();
  const { scheduler } = form.values;
  const runBy = scheduler ?? DEFAULT_SCHEDULER;
  const { data: schedulers = [] } = useQuery(schedulersQuery);
  const example = schedulers.find(({ id }) => id === runBy)?.example ?? EXAMPLE_LINE;
  const choose = async (lines: (typeof CRONS)[number]["lines"]) => {
    const { sameLine } = await loadTools();
    form.setFieldValue("cron", sameLine(lines, runBy));
  };
  return (
    <ExpressionField
      name="cron"
      label="Cron expression"
      description={`Written as ${example}. Several lines mean any of them. You can paste a crontab line, a CronJob, or the code that schedules the job.`}
      presets={CRONS.map(({ label, lines }) => ({
        label,
        choose: () => void choose(lines).catch(toast.error),
      }))}
    />
  );
}

type ExpressionProps = {
  name: "cron" | "calendar";
  label: string;
  description: string;
  presets: Preset[];
};

function ExpressionField({ name, label, description, presets }: ExpressionProps) {
  const form = useCheckFormContext();
  return (
    <div>
      <TextArea
        label={label}
        description={description}
        rows={1}
        spellCheck={false}
        isCode
        required
        {...form.getInputProps(name)}
      />
      <Presets presets={presets} />
    </div>
  );
}

function TimezoneField() {
  const form = useCheckFormContext();
  return (
    <TimezoneSelect
      description="The zone of the machine that runs the job."
      required
      {...form.getInputProps("timezone")}
    />
  );
}

type Preset = { label: string; choose: () => void };

function Presets({ presets }: { presets: Preset[] }) {
  return (
    <fieldset className={styles["presets"]} aria-label="Common schedules">
      {presets.map(({ label, choose }) => (
        <Button key={label} variant="default" size="compact-xs" onClick={choose}>
          {label}
        </Button>
      ))}
    </fieldset>
  );
}

function toKind(text: string): CheckFormValues["kind"] {
  return text === "interval" || text === "oncalendar" ? text : "cron";
}

/** Common schedules, which the form sets with one click. */
const INTERVALS = [
  { label: "5 min", seconds: 300 },
  { label: "15 min", seconds: 900 },
  { label: "1 hour", seconds: 3_600 },
  { label: "6 hours", seconds: 21_600 },
  { label: "1 day", seconds: 86_400 },
  { label: "1 week", seconds: 604_800 },
] as const;

const CRONS = [
  { label: "Hourly", lines: ["0 * * * *"] },
  { label: "Nightly 02:30", lines: ["30 2 * * *"] },
  { label: "Weekdays 09:00", lines: ["0 9 * * 1-5", "0 9 * * MON-FRI"] },
  { label: "Mondays 06:00", lines: ["0 6 * * 1", "0 6 * * MON"] },
  { label: "Monthly on the 1st", lines: ["0 3 1 * *"] },
] as const;

const CALENDARS = [
  { label: "Hourly", expression: "hourly" },
  { label: "Nightly 02:30", expression: "*-*-* 02:30" },
  { label: "Weekdays 09:00", expression: "Mon..Fri 09:00" },
  { label: "Mondays 06:00", expression: "Mon *-*-* 06:00" },
  { label: "Monthly on the 1st", expression: "*-*-01 03:00" },
] as const;
