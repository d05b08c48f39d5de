import { Button, Group, NativeSelect, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";

import { serverNow } from "../time/clock.ts";
import { instantOfWall, wallText } from "../time/wall.ts";
import type { Override } from "./rotation.ts";

type Props = {
  people: ReadonlyMap<string, string>;
  timezone: string;
  saving: boolean;
  add: (override: Override) => void;
};

const DAY_MS = 86_400_000;

/** Somebody else for a while, whatever the turns say. */
export function OverrideForm({ people, timezone, saving, add }: Props) {
  const form = useForm({
    initialValues: {
      personId: [...people.keys()][0] ?? "",
      from: wallText(serverNow(), timezone),
      until: wallText(serverNow() + DAY_MS, timezone),
    },
    validate: {
      until: (until, { from }) => (until > from ? null : "The end must come after the beginning."),
    },
  });
  const submit = ({ personId, from, until }: typeof form.values) => {
    const [begins, ends] = [instantOfWall(from, timezone), instantOfWall(until, timezone)];
    if (begins === null || ends === null) return form.setFieldError("until", "Name both times.");
    add({ personId, from: new Date(begins).toISOString(), until: new Date(ends).toISOString() });
  };
  return (
    <form onSubmit={form.onSubmit(submit)} noValidate>
      <Group align="flex-start">
        <NativeSelect
          label="Instead"
          data={[...people].map(([value, label]) => ({ value, label }))}
          {...form.getInputProps("personId")}
        />
        <TextInput
          type="datetime-local"
          label={`From (${timezone})`}
          required
          {...form.getInputProps("from")}
        />
        <TextInput
          type="datetime-local"
          label={`Until (${timezone})`}
          required
          {...form.getInputProps("until")}
        />
        <Button type="submit" variant="default" loading={saving} mt={25} disabled={people.size === 0}>
          Add the override
        </Button>
      </Group>
    </form>
  );
}
