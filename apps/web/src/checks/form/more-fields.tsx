import { Fieldset, Group, NativeSelect, Stack } from "@mantine/core";
import { Checkbox } from "../../ui/checkbox.tsx";

import { SpanInput, NumberField } from "../../ui/span-input.tsx";
import { useCheckFormContext } from "./check-form-values.ts";
import { countedDayOptions } from "./exception-values.ts";
import { MetricFields } from "./metric-fields.tsx";
import { MultiSelect, TagsInput } from "../../ui/pick.tsx";

const POLICIES = [
  { value: "allow", label: "Allow" },
  { value: "note", label: "Record a notice" },
  { value: "alert", label: "Alert" },
];
const TOLERANCES = [
  { value: "off", label: "Down after the first missed or failed run" },
  { value: "in-a-row", label: "Down after several in a row" },
  { value: "of-last", label: "Down after several of the last few" },
];

/** The settings that are off by default. */
// oxlint-disable-next-line import/no-default-export -- `React.lazy` needs a default export
export default function MoreFields() {
  const { kind } = useCheckFormContext().values;
  return (
    <Stack gap="lg">
      {kind !== "interval" && <ExceptionFields />}
      <LatenessFields />
      <RuntimeFields />
      <MetricFields />
      <RepetitionFields />
      <ToleranceFields />
      <HandlingFields />
    </Stack>
  );
}

function LatenessFields() {
  const form = useCheckFormContext();
  return (
    <Fieldset legend="Early and late">
      <Stack>
        <SpanInput
          label="Early margin"
          description="A ping up to this long before its expected time counts for that time."
          placeholder="none"
          {...form.getInputProps("earlyMargin")}
        />
        <SpanInput
          label="Jitter"
          description="A ping this much after its time is not late; for timers with RandomizedDelaySec."
          placeholder="none"
          {...form.getInputProps("jitter")}
        />
        <Checkbox
          label="Alert before the first ping"
          description="A new check goes down if it has not pinged by its first expected time plus grace."
          {...form.getInputProps("alertBeforeFirstPing", { type: "checkbox" })}
        />
      </Stack>
    </Fieldset>
  );
}

function RuntimeFields() {
  const form = useCheckFormContext();
  return (
    <Fieldset legend="How long a run takes">
      <Stack>
        <SpanInput
          label="Max runtime"
          description="A run longer than this alerts while it is still running. Leave it empty to use the grace."
          placeholder="off"
          min={1}
          {...form.getInputProps("maxRuntime")}
        />
        <SpanInput
          label="Min runtime"
          description="A success quicker than this counts as a failure, such as a backup that found nothing to copy."
          placeholder="off"
          min={1}
          {...form.getInputProps("minRuntime")}
        />
        <Checkbox
          label="Progress extends the limit"
          description="A ping of an open run, /start or /log, gives it the full time again."
          {...form.getInputProps("progressExtends", { type: "checkbox" })}
        />
      </Stack>
    </Fieldset>
  );
}

function RepetitionFields() {
  const form = useCheckFormContext();
  const { on } = form.values.tooOften;
  return (
    <Fieldset legend="Overlaps, outliers and loops">
      <Stack>
        <NativeSelect
          label="Overlap"
          description="What happens when a run starts while another is still open."
          data={POLICIES}
          {...form.getInputProps("overlap")}
        />
        <NativeSelect
          label="Host duplicates"
          description="What happens when two hosts start the same run."
          data={POLICIES}
          {...form.getInputProps("hostDuplicates")}
        />
        <NativeSelect
          label="Outliers"
          description="What happens when a run takes far longer than the baseline of the last 40 runs, or far less."
          data={POLICIES}
          {...form.getInputProps("outlierRuns")}
        />
        <Checkbox
          label="Alert when it runs too often"
          description="Finds loops, and a second scheduler that was left running after a move."
          {...form.getInputProps("tooOften.on", { type: "checkbox" })}
        />
        {on && (
          <Group align="flex-end">
            <NumberField
              label="More than"
              min={1}
              max={100}
              w={110}
              {...form.getInputProps("tooOften.count")}
            />
            <NativeSelect
              label="of"
              data={["pings", "runs"]}
              w={110}
              {...form.getInputProps("tooOften.of")}
            />
            <SpanInput
              label="within"
              placeholder="one slot"
              min={1}
              {...form.getInputProps("tooOften.window")}
            />
          </Group>
        )}
      </Stack>
    </Fieldset>
  );
}

function ToleranceFields() {
  const form = useCheckFormContext();
  const { kind } = form.values.tolerance;
  return (
    <Fieldset legend="Tolerance and recovery">
      <Stack>
        <NativeSelect
          label="Tolerance"
          description="How many missed or failed runs it takes to go down."
          data={TOLERANCES}
          {...form.getInputProps("tolerance.kind")}
        />
        {kind !== "off" && (
          <Group align="flex-start">
            <NumberField
              label="Missed or failed"
              min={1}
              max={100}
              w={120}
              {...form.getInputProps("tolerance.bad")}
            />
            {kind === "of-last" && (
              <NumberField
                label="Of the last"
                min={1}
                max={100}
                w={120}
                {...form.getInputProps("tolerance.of")}
              />
            )}
          </Group>
        )}
        {kind !== "off" && (
          <Checkbox
            label="Tolerate missed runs too"
            description="When off, a missed run still alerts immediately."
            {...form.getInputProps("tolerance.tolerateMissed", { type: "checkbox" })}
          />
        )}
        <NumberField
          label="Recover after"
          description="How many successful runs it takes to be up again."
          min={1}
          max={100}
          w={140}
          {...form.getInputProps("recoverAfter")}
        />
      </Stack>
    </Fieldset>
  );
}

function HandlingFields() {
  const form = useCheckFormContext();
  return (
    <Fieldset legend="Pings and pausing">
      <Stack>
        <Checkbox
          label="Stay paused until somebody resumes it"
          description="When off, the next ping resumes a paused check."
          {...form.getInputProps("manualResume", { type: "checkbox" })}
        />
        <Checkbox
          label="Only POST counts"
          description="GET and HEAD are recorded as ignored, so that link previews cannot ping."
          {...form.getInputProps("postOnly", { type: "checkbox" })}
        />
      </Stack>
    </Fieldset>
  );
}

/** The days on which a cron or OnCalendar schedule expects no run. */
function ExceptionFields() {
  const form = useCheckFormContext();
  return (
    <Fieldset legend="Days without a run">
      <Stack>
        <TagsInput
          label="Dates"
          description="No run is expected on these days. Write a span as 2026-12-24..2027-01-06."
          placeholder="2026-12-24"
          splitChars={[",", " "]}
          {...form.getInputProps("exceptions.dates")}
        />
        <TagsInput
          label="Public holidays of"
          description="Countries or regions, such as DE or DE-BY. No run is expected on their holidays."
          placeholder="DE-BY"
          splitChars={[",", " "]}
          maxTags={5}
          {...form.getInputProps("exceptions.holidays")}
        />
        <MultiSelect
          label="Only on"
          description="Only these days of each month. A working day is a weekday that is not a holiday."
          placeholder={form.values.exceptions.onlyOn.length > 0 ? "" : "every day"}
          data={countedDayOptions(form.values.exceptions.onlyOn)}
          searchable
          clearable
          limit={54}
          {...form.getInputProps("exceptions.onlyOn")}
        />
      </Stack>
    </Fieldset>
  );
}
