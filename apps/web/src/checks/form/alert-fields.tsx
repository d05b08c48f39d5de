import { MultiSelect, NativeSelect, Stack } from "@mantine/core";

import { useCheckFormContext } from "./check-form-context.ts";

const SEVERITIES = [
  { value: "info", label: "Info" },
  { value: "warning", label: "Warning" },
  { value: "critical", label: "Critical" },
];

/** What routes ask of a check, and what holds its alert back. */
export function AlertFields({ others }: { others: ReadonlyMap<string, string> }) {
  const form = useCheckFormContext();
  const { dependsOn } = form.values;
  return (
    <Stack mt="md">
      <NativeSelect
        label="Severity"
        description="How much it matters; routes can ask for it."
        data={SEVERITIES}
        maw={280}
        {...form.getInputProps("severity")}
      />
      <MultiSelect
        label="Depends on"
        description="While one of these checks is down its own alert is held back; its status stays true."
        data={[...others].map(([value, label]) => ({ value, label }))}
        placeholder={dependsOn.length > 0 ? "" : "none"}
        searchable
        clearable
        limit={60}
        {...form.getInputProps("dependsOn")}
      />
    </Stack>
  );
}
