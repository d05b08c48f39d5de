import { Checkbox, Fieldset, Stack, Text } from "@mantine/core";

import type { RouteDraft } from "./route.ts";
import { useRouteFormContext } from "./route-form-context.ts";

const CHOICES: readonly { name: keyof RouteDraft["hears"]; label: string; description: string }[] = [
  { name: "changes", label: "Down and up", description: "When its status changes: what all steps are for." },
  {
    name: "failures",
    label: "Every failure",
    description: "Each run that fails, also while it is down already.",
  },
  {
    name: "runs",
    label: "Every run, good or bad",
    description: "One quiet line when it ran. Many that come close together are one message.",
  },
  {
    name: "notices",
    label: "Notices",
    description: "A run slower or quicker than usual, a schedule that does not fit. Nothing is down for it.",
  },
];

/** What a route tells of. */
export function HearsFields() {
  const form = useRouteFormContext();
  const { changes, failures, runs, notices } = form.values.hears;
  return (
    <Fieldset legend="Tell of">
      <Stack gap="sm">
        {CHOICES.map(({ name, label, description }) => (
          <Checkbox
            key={name}
            label={label}
            description={description}
            {...form.getInputProps(`hears.${name}`, { type: "checkbox" })}
          />
        ))}
        {typeof form.errors["hears"] === "string" && (
          <Text size="sm" c="red" role="alert">
            {form.errors["hears"]}
          </Text>
        )}
        {(failures || runs || notices) && (
          <Text size="sm" c="dimmed">
            {changes ? "All but down and up" : "This"} is told at once to the first step alone.
          </Text>
        )}
      </Stack>
    </Fieldset>
  );
}
