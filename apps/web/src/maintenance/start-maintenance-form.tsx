import { Button, Group, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { NumberField } from "../ui/span-input.tsx";
import { MultiSelect } from "../ui/pick.tsx";

export type StartDraft = { name: string; minutes: number; checkIds: string[] };

type Props = {
  checks: ReadonlyMap<string, string>;
  isStarting: boolean;
  start: (draft: StartDraft, done: () => void) => void;
};

/** A form that starts a maintenance window now, for a number of minutes. */
export function StartMaintenanceForm({ checks, isStarting, start }: Props) {
  const form = useForm<{ name: string; minutes: number | string; checkIds: string[] }>({
    initialValues: { name: "", minutes: 30, checkIds: [] },
    validate: {
      minutes: (minutes) =>
        typeof minutes === "number" && minutes >= 1 ? null : "Use a whole number of minutes, at least 1.",
    },
  });
  const submit = ({ name, minutes, checkIds }: typeof form.values) =>
    start({ name: name.trim() || "Maintenance", minutes: Number(minutes), checkIds }, () => form.reset());
  return (
    <form onSubmit={form.onSubmit(submit)} noValidate>
      <Group align="flex-start">
        <TextInput label="Name" placeholder="Maintenance" maxLength={100} {...form.getInputProps("name")} />
        <NumberField label="Minutes" min={1} max={10_080} w={110} {...form.getInputProps("minutes")} />
        <MultiSelect
          label="For these checks"
          data={[...checks].map(([value, label]) => ({ value, label }))}
          placeholder={form.values.checkIds.length > 0 ? "" : "every check"}
          searchable
          clearable
          limit={60}
          miw={220}
          {...form.getInputProps("checkIds")}
        />
        <Button type="submit" loading={isStarting} mt={25}>
          Start now
        </Button>
      </Group>
    </form>
  );
}
