import { ActionIcon, Group, NativeSelect, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { IconArrowDown, IconArrowUp, IconTrash } from "@tabler/icons-react";

import { moveItem } from "../ui/move-item.ts";
import { fieldAmong, FormButtons, FormProblems, useFormSave } from "../ui/form.tsx";
import styles from "./on-call.module.css";
import { type RotationDraft, rotationText } from "./on-call-queries.ts";
import { TimezoneSelect } from "../ui/pick.tsx";

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

const toField = fieldAmong("name", "every", "startsOn", "handOverAt", "timezone");

/** A form for who takes turns, in which order, and when they hand over. */
export function RotationForm({ initial, people, submitLabel, save, cancel }: Props) {
  const form = useForm({ initialValues: initial });
  const { isSaving, otherProblems, submit } = useFormSave({ form, save, toField });
  return (
    <form onSubmit={form.onSubmit((values) => void submit(values))} noValidate>
      <Stack>
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
          <TextInput type="time" label="Handover at" required {...form.getInputProps("handOverAt")} />
          <TimezoneSelect required {...form.getInputProps("timezone")} />
        </Group>
        <p className={styles["readBack"]}>{rotationText(form.values, people)}</p>
        <FormProblems otherProblems={otherProblems} errors={form.errors} />
        <FormButtons submitLabel={submitLabel} isSaving={isSaving} cancel={cancel} />
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
  const unassigned = [...people].filter(([id]) => !personIds.includes(id));

  return (
    <fieldset className={styles["turns"]}>
      <legend>In this order</legend>
      <ol>
        {personIds.map((id, index) => {
          const name = people.get(id) ?? "a removed person";
          return (
            <li key={id}>
              <span>{name}</span>
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={`${name}: earlier`}
                disabled={index === 0}
                onClick={() => change(moveItem(personIds, index, -1))}
              >
                <IconArrowUp size={17} />
              </ActionIcon>
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={`${name}: later`}
                disabled={index === personIds.length - 1}
                onClick={() => change(moveItem(personIds, index, 1))}
              >
                <IconArrowDown size={17} />
              </ActionIcon>
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={`Remove ${name}`}
                onClick={() => change(personIds.filter((one) => one !== id))}
              >
                <IconTrash size={17} />
              </ActionIcon>
            </li>
          );
        })}
      </ol>
      {unassigned.length > 0 && (
        <NativeSelect
          aria-label="Add a person to the turns"
          data={[
            { value: "", label: personIds.length === 0 ? "Choose the first person" : "Add a person" },
            ...unassigned.map(([value, label]) => ({ value, label })),
          ]}
          value=""
          onChange={({ currentTarget }) => change([...personIds, currentTarget.value])}
        />
      )}
      {people.size === 0 && <p>There is no person yet. Add people first.</p>}
    </fieldset>
  );
}
