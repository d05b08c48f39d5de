import { ActionIcon, Alert, Button, Group, NativeSelect, Select, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { timezones } from "@overdue/schedules";
import { IconArrowDown, IconArrowUp, IconTrash } from "@tabler/icons-react";
import { useState } from "react";

import { ApiError, fieldErrors, sentenceOf } from "../api/problem.ts";
import styles from "./on-call.module.css";
import { type RotationDraft, rotationText } from "./rotation.ts";

type Props = {
  initial: RotationDraft;
  people: ReadonlyMap<string, string>;
  submitLabel: string;
  save: (draft: RotationDraft) => Promise<unknown>;
  cancel: () => void;
};

const TURNS = [
  { value: "week", label: "A week" },
  { value: "day", label: "A day" },
];

/** Who takes turns, in which order, and when they hand over. */
export function RotationForm({ initial, people, submitLabel, save, cancel }: Props) {
  const form = useForm({ initialValues: initial });
  const [trouble, setTrouble] = useState<string | null>(null);
  const [saving, setSaving] = useState(false);
  const submit = async (values: RotationDraft) => {
    setSaving(true);
    setTrouble(null);
    await save(values).catch((error: unknown) => {
      if (error instanceof ApiError) form.setErrors(fieldErrors(error.errors));
      setTrouble(sentenceOf(error));
    });
    setSaving(false);
  };
  return (
    <form onSubmit={form.onSubmit((values) => void submit(values))} noValidate>
      <Stack>
        {trouble !== null && (
          <Alert color="red" role="alert" title="That did not work">
            {trouble}
          </Alert>
        )}
        <TextInput
          label="Name"
          placeholder="Primary"
          maxLength={100}
          required
          {...form.getInputProps("name")}
        />
        <Turns
          personIds={form.values.personIds}
          people={people}
          change={(personIds) => form.setFieldValue("personIds", personIds)}
        />
        <Group align="flex-start">
          <NativeSelect label="A turn takes" data={TURNS} {...form.getInputProps("every")} />
          <TextInput type="date" label="First turn begins on" required {...form.getInputProps("startsOn")} />
          <TextInput type="time" label="Hand-over at" required {...form.getInputProps("handOverAt")} />
          <Select
            label="Time zone"
            data={[...timezones]}
            searchable
            limit={60}
            allowDeselect={false}
            required
            {...form.getInputProps("timezone")}
          />
        </Group>
        <p className={styles["readBack"]}>{rotationText(form.values, people)}</p>
        <Group>
          <Button type="submit" loading={saving}>
            {submitLabel}
          </Button>
          <Button variant="default" onClick={cancel}>
            Cancel
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

type TurnsProps = {
  personIds: readonly string[];
  people: ReadonlyMap<string, string>;
  change: (personIds: string[]) => void;
};

/** The people in the order of their turns. */
function Turns({ personIds, people, change }: TurnsProps) {
  const rest = [...people].filter(([id]) => !personIds.includes(id));
  const swap = (index: number, other: number) =>
    change(
      personIds.map((id, at) =>
        at === index ? (personIds[other] ?? id) : at === other ? (personIds[index] ?? id) : id,
      ),
    );
  return (
    <fieldset className={styles["turns"]}>
      <legend>In this order</legend>
      <ol>
        {personIds.map((id, index) => {
          const name = people.get(id) ?? "somebody who is gone";
          return (
            <li key={id}>
              <span>{name}</span>
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={`${name}: earlier`}
                disabled={index === 0}
                onClick={() => swap(index, index - 1)}
              >
                <IconArrowUp size={17} />
              </ActionIcon>
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={`${name}: later`}
                disabled={index === personIds.length - 1}
                onClick={() => swap(index, index + 1)}
              >
                <IconArrowDown size={17} />
              </ActionIcon>
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={`Take ${name} out`}
                onClick={() => change(personIds.filter((one) => one !== id))}
              >
                <IconTrash size={17} />
              </ActionIcon>
            </li>
          );
        })}
      </ol>
      {rest.length > 0 && (
        <NativeSelect
          aria-label="Add a person to the turns"
          data={[
            { value: "", label: personIds.length === 0 ? "Choose the first person" : "Add a person" },
            ...rest.map(([value, label]) => ({ value, label })),
          ]}
          value=""
          onChange={({ currentTarget }) => change([...personIds, currentTarget.value])}
        />
      )}
      {people.size === 0 && <p>Nobody is known yet: add the people first.</p>}
    </fieldset>
  );
}
