import { Suspense } from "react";
import { type ComboboxItem, Group, type OptionsFilter, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { type Scheduler, schedulersQuery } from "../schedule-queries.ts";
import { Select } from "../../ui/pick.tsx";
import { lazyPart } from "../../ui/lazy-part.ts";

const SchedulerIcon = lazyPart(() => import("./scheduler-icon.tsx"));

type Props = {
  value: string;
  onChange: (id: string) => void;
  label: string;
  description?: string;
  /** shown as the first of its family, such as a kind of schedule that is no cron line */
  extra?: { value: string; label: string; family: Scheduler["family"]; names: string[] };
};

/** A scheduler, searched by the names that people use, and grouped by family. */
export function SchedulerSelect({ value, onChange, label, description, extra }: Props) {
  const { data: listed = [] } = useQuery(schedulersQuery);
  const known = new Map(listed.map((scheduler) => [scheduler.id, scheduler]));
  return (
    <Select
      label={label}
      description={description}
      data={groups(listed, extra)}
      value={value}
      onChange={(id) => id !== null && onChange(id)}
      allowDeselect={false}
      searchable
      maxDropdownHeight={340}
      nothingFoundMessage="No such scheduler. If it reads lines as a crontab does, choose cron."
      filter={filterBy((id) => (id === extra?.value ? extra.names : wordsOf(known.get(id))))}
      leftSection={<Sign scheduler={known.get(value)} />}
      renderOption={({ option }) => (
        <Group gap="xs" wrap="nowrap">
          <Sign scheduler={known.get(option.value)} />
          <Text size="sm">{option.label}</Text>
        </Group>
      )}
    />
  );
}

/** The sign of a scheduler, or of its family. */
export function Sign({ scheduler }: { scheduler: Scheduler | undefined }) {
  return (
    <Suspense fallback={<span style={{ width: 18 }} />}>
      <SchedulerIcon scheduler={scheduler} />
    </Suspense>
  );
}

function groups(listed: readonly Scheduler[], extra: Props["extra"]) {
  const families = [...new Set(listed.map(({ family }) => family))];
  return families.map((family) => ({
    group: family,
    items: [
      ...listed.filter((one) => one.family === family).map(({ id, label }) => ({ value: id, label })),
      ...(extra?.family === family ? [{ value: extra.value, label: extra.label }] : []),
    ],
  }));
}

function wordsOf(scheduler: Scheduler | undefined): string[] {
  return scheduler === undefined ? [] : [scheduler.id, scheduler.family, ...scheduler.names];
}

/** Every word that is typed has to be in one of the option's names. */
function filterBy(namesOf: (id: string) => readonly string[]): OptionsFilter {
  return ({ options, search }) => {
    const typed = search.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = ({ value, label }: ComboboxItem) => {
      const text = [label, ...namesOf(value)].join(" ").toLowerCase();
      return typed.every((word) => text.includes(word));
    };
    return options
      .map((option) => ("group" in option ? { ...option, items: option.items.filter(fits) } : option))
      .filter((option) => ("group" in option ? option.items.length > 0 : fits(option)));
  };
}
