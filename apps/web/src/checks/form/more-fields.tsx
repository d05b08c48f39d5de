import {
  Checkbox,
  Fieldset,
  Group,
  MultiSelect,
  NativeSelect,
  NumberInput,
  Stack,
  TagsInput,
} from "@mantine/core";

import { SpanInput } from "../../ui/span-input.tsx";
import { useCheckFormContext } from "./check-form-values.ts";
import { countedDayOptions } from "./exception-values.ts";

const ATTITUDES = [
  { value: "allow", label: "Allow" },
  { value: "note", label: "Note in the history" },
  { value: "alert", label: "Alert" },
];
const TOLERANCES = [
  { value: "off", label: "Down at the first bad one" },
  { value: "in-a-row", label: "Down after several bad ones in a row" },
  { value: "of-last", label: "Down after several bad ones of the last few" },
];

/** Everything that is off by default. Each setting says in one sentence what it does. */
export function MoreFields() {
  const { kind } = useCheckFormContext().values;
  return (
    <Stack gap="lg">
      {kind !== "interval" && <ExceptionFields />}
      <LatenessFields />
      <RuntimeFields />
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
          description="A ping up to this long before its time counts for that time."
          placeholder="none"
          {...form.getInputProps("earlyMargin")}
        />
        <SpanInput
          label="Jitter"
          description="Lateness up to this is not called late; for timers with RandomizedDelaySec."
          placeholder="none"
          {...form.getInputProps("jitter")}
        />
        <Checkbox
          label="Alert before the first ping"
          description="A new check that was not heard from by its first time plus grace goes down."
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
          description="A run longer than this alerts while it is still running. Empty: grace bounds the run."
          placeholder="off"
          {...form.getInputProps("maxRuntime")}
        />
        <SpanInput
          label="Min runtime"
          description="A success quicker than this counts as a failure: the empty backup that “worked”."
          placeholder="off"
          {...form.getInputProps("minRuntime")}
        />
        <Checkbox
          label="Progress extends the limit"
          description="A ping of a run that is open, /start again or /log, gives it its full time anew."
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
    <Fieldset legend="Too many">
      <Stack>
        <NativeSelect
          label="Overlap"
          description="What a second run does while one is still open."
          data={ATTITUDES}
          {...form.getInputProps("overlap")}
        />
        <NativeSelect
          label="Host duplicates"
          description="What it does when two hosts start the same run."
          data={ATTITUDES}
          {...form.getInputProps("hostDuplicates")}
        />
        <NativeSelect
          label="Unusual runs"
          description="What a run does that takes far longer than the last 20 took, or far less."
          data={ATTITUDES}
          {...form.getInputProps("unusualRuns")}
        />
        <Checkbox
          label="Alert when it comes too often"
          description="For loops, and for two schedulers that are both alive after a move."
          {...form.getInputProps("tooOften.on", { type: "checkbox" })}
        />
        {on && (
          <Group align="flex-end">
            <NumberInput
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
            <SpanInput label="within" placeholder="one slot" {...form.getInputProps("tooOften.window")} />
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
            <NumberInput
              label="Bad ones"
              min={1}
              max={100}
              w={120}
              {...form.getInputProps("tolerance.bad")}
            />
            {kind === "of-last" && (
              <NumberInput
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
            description="Off: a run that did not come at all still alerts at once."
            {...form.getInputProps("tolerance.tolerateMissed", { type: "checkbox" })}
          />
        )}
        <NumberInput
          label="Recover after"
          description="How many good runs it takes to be up again."
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
          label="Stay paused until resumed by hand"
          description="Off: the next ping of a paused check resumes it."
          {...form.getInputProps("manualResume", { type: "checkbox" })}
        />
        <Checkbox
          label="Only POST counts"
          description="GET and HEAD are stored as ignored, so that link previews cannot ping."
          {...form.getInputProps("postOnly", { type: "checkbox" })}
        />
      </Stack>
    </Fieldset>
  );
}

/** The days on which a calendar schedule rests. */
function ExceptionFields() {
  const form = useCheckFormContext();
  return (
    <Fieldset legend="Days on which it rests">
      <Stack>
        <TagsInput
          label="Dates"
          description="No run is expected on these days; a span as 2026-12-24..2027-01-06."
          placeholder="2026-12-24"
          splitChars={[",", " "]}
          {...form.getInputProps("exceptions.dates")}
        />
        <TagsInput
          label="Public holidays of"
          description="Countries and their regions, such as DE or DE-BY: no run is expected on their holidays."
          placeholder="DE-BY"
          splitChars={[",", " "]}
          maxTags={5}
          {...form.getInputProps("exceptions.holidays")}
        />
        <MultiSelect
          label="Only on"
          description="Of each month only these days; a working day is a weekday that is no holiday."
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
