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
  /** One more option of a family, which is not a scheduler of cron lines. */
  extra?: { value: string; label: string; family: Scheduler["family"]; names: string[] };
};

/** A field to choose a scheduler, grouped by family, which can be searched by all names that people use. */
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
      filter={filterBy((id) => (id === extra?.value ? extra.names : searchNames(known.get(id))))}
      leftSection={<LazySchedulerIcon scheduler={known.get(value)} />}
      renderOption={({ option }) => (
        <Group gap="xs" wrap="nowrap">
          <LazySchedulerIcon scheduler={known.get(option.value)} />
          <Text size="sm">{option.label}</Text>
        </Group>
      )}
    />
  );
}

/** The icon of a scheduler, or of its family; the icons are loaded on demand. */
export function LazySchedulerIcon({ scheduler }: { scheduler: Scheduler | undefined }) {
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

function searchNames(scheduler: Scheduler | undefined): string[] {
  return scheduler === undefined ? [] : [scheduler.id, scheduler.family, ...scheduler.names];
}

/** Returns a filter for options whose label or names contain every word that is typed. */
function filterBy(findNames: (id: string) => readonly string[]): OptionsFilter {
  return ({ options, search }) => {
    const typed = search.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = ({ value, label }: ComboboxItem) => {
      const text = [label, ...findNames(value)].join(" ").toLowerCase();
      return typed.every((word) => text.includes(word));
    };
    return options
      .map((option) => ("group" in option ? { ...option, items: option.items.filter(fits) } : option))
      .filter((option) => ("group" in option ? option.items.length > 0 : fits(option)));
  };
}
