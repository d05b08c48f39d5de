import { type ComboboxItem, Group, type OptionsFilter, Select, Text } from "@mantine/core";
import {
  IconActivityHeartbeat,
  IconBrandDebian,
  IconBrandDjango,
  IconBrandDocker,
  IconBrandGolang,
  IconBrandJavascript,
  IconBrandLaravel,
  IconBrandPhp,
  IconBrandPython,
  IconBrandRedhat,
  IconBrandRust,
  IconCoffee,
  IconHammer,
  IconSteeringWheel,
  IconTerminal2,
  type TablerIcon,
} from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";

import { type Scheduler, schedulersQuery } from "../schedule-queries.ts";

const FAMILY_ICONS: Record<Scheduler["family"], TablerIcon> = {
  Linux: IconTerminal2,
  Containers: IconBrandDocker,
  "Build servers": IconHammer,
  Python: IconBrandPython,
  JavaScript: IconBrandJavascript,
  Java: IconCoffee,
  "Ruby and PHP": IconBrandPhp,
  Go: IconBrandGolang,
  Rust: IconBrandRust,
  Monitors: IconActivityHeartbeat,
};
const OWN_ICONS: Readonly<Record<string, TablerIcon>> = {
  "debian-cron": IconBrandDebian,
  cronie: IconBrandRedhat,
  kubernetes: IconSteeringWheel,
  "django-celery-beat": IconBrandDjango,
  "laravel-cron-expression": IconBrandLaravel,
};

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
      leftSection={<SchedulerIcon scheduler={known.get(value)} />}
      renderOption={({ option }) => (
        <Group gap="xs" wrap="nowrap">
          <SchedulerIcon scheduler={known.get(option.value)} />
          <Text size="sm">{option.label}</Text>
        </Group>
      )}
    />
  );
}

/** The sign of a scheduler, or of its family. */
export function SchedulerIcon({ scheduler }: { scheduler: Scheduler | undefined }) {
  const Icon =
    scheduler === undefined ? IconTerminal2 : (OWN_ICONS[scheduler.id] ?? FAMILY_ICONS[scheduler.family]);
  return <Icon size={18} stroke={1.6} aria-hidden style={{ flex: "none" }} />;
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
