import { Alert, Button, Code, Stack, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";

import { durationText } from "../../time/duration.ts";
import type { CheckSchedule } from "../check-queries.ts";
import { explainQuery, TYPING_MS } from "../schedule-queries.ts";
import { useCheckFormContext } from "./check-form-context.ts";
import { scheduleOf, valuesRead } from "./check-form-values.ts";

/** Shows what was read of a pasted crontab line or timer, and takes it over. */
export function PastedSchedule() {
  const form = useCheckFormContext();
  const [typed] = useDebouncedValue(scheduleOf(form.values), TYPING_MS);
  const { data, isPlaceholderData } = useQuery(explainQuery(typed));
  if (data === undefined || isPlaceholderData || isSame(data.schedule, typed)) return null;
  const take = () => form.setValues(valuesRead(form.values, data));
  return (
    <Alert color="blue" title="Read from what you pasted">
      <Stack gap="xs" align="flex-start">
        <Code block>{scheduleText(data.schedule)}</Code>
        {data.notes.map((note) => (
          <Text key={note} size="sm">
            {note}
          </Text>
        ))}
        {data.suggestedName !== null && form.values.name === "" && (
          <Text size="sm">Proposed name: {data.suggestedName}</Text>
        )}
        <Button size="xs" onClick={take}>
          Use this schedule
        </Button>
      </Stack>
    </Alert>
  );
}

function isSame(read: CheckSchedule, typed: CheckSchedule): boolean {
  if (read.kind === "interval" || typed.kind === "interval") return read.kind === typed.kind;
  const isSameText = read.expression === typed.expression.trim();
  return read.kind === typed.kind && isSameText && read.timezone === typed.timezone;
}

function scheduleText(schedule: CheckSchedule): string {
  if (schedule.kind === "interval") return `every ${durationText(schedule.everySeconds * 1000)}`;
  return `${schedule.expression}\n${schedule.timezone}`;
}
