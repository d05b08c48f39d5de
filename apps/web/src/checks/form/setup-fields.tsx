import { NativeSelect } from "@mantine/core";
import { DEFAULT_SCHEDULER } from "@overdue/schedules";
import { useQuery } from "@tanstack/react-query";

import { Select } from "../../ui/pick.tsx";
import { SpanInput } from "../../ui/span-input.tsx";
import {
  type SchedulerCatalogue,
  schedulerCatalogueQuery,
  type SchedulerSetups,
} from "../schedule-queries.ts";
import { type CheckFormValues, useCheckFormContext } from "./check-form-values.ts";
import { NO_SETUP } from "./setup-values.ts";

const UNKNOWN = { value: "", label: "Not known: it may be any" };

/** The field for what runs the job of an interval: some programs count from the start of a run, some from its end. */
export function IntervalSchedulerField() {
  const form = useCheckFormContext();
  const { data } = useQuery(schedulerCatalogueQuery);
  const choose = (id: string | null) => {
    form.setFieldValue("intervalScheduler", id === "" ? null : id);
    form.setFieldValue("setups.interval", NO_SETUP);
  };
  return (
    <Select
      label="What runs this job?"
      description="Some count from the end of the last run to the next start, and others from start to start."
      data={[
        { value: "", label: "Not known, or another" },
        ...(data?.intervals ?? []).map(({ id, label }) => ({ value: id, label })),
      ]}
      value={form.values.intervalScheduler ?? ""}
      onChange={choose}
      allowDeselect={false}
      searchable
      error={form.errors["intervalScheduler"]}
    />
  );
}

/** Fields for how the scheduler is set up, if that is known to make a difference. */
export function SetupFields() {
  const form = useCheckFormContext();
  const { data } = useQuery(schedulerCatalogueQuery);
  const { kind, setups } = form.values;
  const { missed = [], overlap = [] } = (data && findSetups(form.values, data)) ?? {};
  const { within, missed: chosen } = setups[kind];
  const limited = missed.find(({ id, setting }) => setting !== null && (chosen === "" || id === chosen));
  const isLimited = limited !== undefined && (chosen !== "" || within.amount !== "");
  return (
    <>
      {missed.length > 0 && (
        <NativeSelect
          label="How is it set up?"
          description="It decides which runs may still come after an outage."
          data={[UNKNOWN, ...missed.map(({ id, text }) => ({ value: id, label: text }))]}
          {...form.getInputProps(`setups.${kind}.missed`)}
        />
      )}
      {isLimited && (
        <SpanInput
          label={limited.setting ?? ""}
          description="How late a missed run may still start. Leave it empty if you do not know."
          placeholder="not known"
          {...form.getInputProps(`setups.${kind}.within`)}
        />
      )}
      {overlap.length > 0 && (
        <NativeSelect
          label="What happens to a run that is due while another is open?"
          data={[UNKNOWN, ...overlap.map(({ rule, text }) => ({ value: rule, label: text }))]}
          {...form.getInputProps(`setups.${kind}.overlap`)}
        />
      )}
    </>
  );
}

function findSetups(
  { kind, scheduler, intervalScheduler }: CheckFormValues,
  runners: SchedulerCatalogue,
): SchedulerSetups | undefined {
  if (kind === "oncalendar") return runners.oncalendar;
  const [list, id] =
    kind === "cron"
      ? [runners.items, scheduler ?? DEFAULT_SCHEDULER]
      : [runners.intervals, intervalScheduler];
  return list.find((one) => one.id === id)?.setups;
}
