import { ActionIcon, Button, Group, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { IconPencil, IconPlus, IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { ConflictAlert, type Fact } from "../conflicts/conflict.tsx";
import { useItemEdit } from "../conflicts/use-edit.ts";
import { Card } from "../ui/card.tsx";
import { fieldAmong, FormButtons, FormProblems, useFormSave } from "../ui/form.tsx";
import { Listing } from "../ui/listing.tsx";
import { EditorsOnly } from "../ui/role.tsx";
import { deleteWithUndo } from "../ui/toast.tsx";
import styles from "./on-call.module.css";
import {
  peopleQuery,
  type PersonDraft,
  type PersonView,
  useDeletePerson,
  useRestorePerson,
  useSavePerson,
} from "./on-call-queries.ts";
import { MultiSelect } from "../ui/pick.tsx";

type Props = { projectId: string; channels: ReadonlyMap<string, string> };

/** The people whom routes can notify, each with channels of their own. */
export function PeopleCard({ projectId, channels }: Props) {
  const query = useQuery(peopleQuery(projectId));
  const [isAdding, setAdding] = useState(false);
  return (
    <Card
      title="People"
      actions={
        <EditorsOnly>
          <Button
            variant="default"
            size="compact-md"
            leftSection={<IconPlus size={16} aria-hidden />}
            onClick={() => setAdding(true)}
          >
            Add person
          </Button>
        </EditorsOnly>
      }
    >
      <Listing
        query={query}
        empty="No person yet. A person has channels of their own, such as a phone number."
      >
        {(people) => (
          <ul className={styles["list"]}>
            {people.map((person) => (
              <PersonRow key={person.id} projectId={projectId} person={person} channels={channels} />
            ))}
          </ul>
        )}
      </Listing>
      {isAdding && <NewPerson projectId={projectId} channels={channels} close={() => setAdding(false)} />}
    </Card>
  );
}

function PersonRow({ projectId, person, channels }: Props & { person: PersonView }) {
  const [isEditing, setEditing] = useState(false);
  const remove = useDeletePerson(projectId);
  const restore = useRestorePerson(projectId);
  const { name, channelIds } = person;
  if (isEditing) {
    return (
      <li className={styles["row"]}>
        <EditPerson
          projectId={projectId}
          person={person}
          channels={channels}
          close={() => setEditing(false)}
        />
      </li>
    );
  }
  return (
    <li className={styles["row"]}>
      <span className={styles["grow"]}>
        <strong>{name}</strong>
        <div className={styles["hint"]}>
          {channelIds.length === 0
            ? "No channel, so this person cannot be notified."
            : channelNames(channelIds, channels)}
        </div>
      </span>
      <EditorsOnly>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={`Edit ${name}`}
          onClick={() => setEditing(true)}
        >
          <IconPencil size={17} />
        </ActionIcon>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={`Delete ${name}`}
          onClick={() => deleteWithUndo(person, { remove, restore })}
        >
          <IconTrash size={17} />
        </ActionIcon>
      </EditorsOnly>
    </li>
  );
}

type EditProps = Props & { close: () => void };

function NewPerson({ projectId, channels, close }: EditProps) {
  const save = useSavePerson(projectId);
  return (
    <PersonForm
      initial={{ name: "", channelIds: [] }}
      channels={channels}
      submitLabel="Add person"
      save={async (draft) => {
        await save.mutateAsync({ edited: null, draft });
        close();
      }}
      cancel={close}
    />
  );
}

function EditPerson({ projectId, person, channels, close }: EditProps & { person: PersonView }) {
  const { mutateAsync } = useSavePerson(projectId);
  const edit = useItemEdit<PersonView, PersonDraft>({
    item: person,
    list: peopleQuery(projectId),
    send: async (draft, edited) => {
      await mutateAsync({ edited, draft });
      close();
    },
  });
  const { name, channelIds, version } = edit.base;
  return (
    <div className={styles["grow"]}>
      <ConflictAlert edit={edit} facts={(view) => personFacts(view, channels)} />
      <PersonForm
        key={version}
        initial={{ name, channelIds }}
        channels={channels}
        submitLabel="Save"
        save={edit.save}
        cancel={close}
      />
    </div>
  );
}

function personFacts({ name, channelIds }: PersonView, channels: Props["channels"]): Fact[] {
  return [
    ["Name", name],
    ["Own channels", channelNames(channelIds, channels)],
  ];
}

function channelNames(ids: readonly string[], channels: Props["channels"]): string {
  return ids.map((id) => channels.get(id) ?? "a deleted channel").join(", ");
}

type FormProps = {
  initial: PersonDraft;
  channels: Props["channels"];
  submitLabel: string;
  save: (draft: PersonDraft) => Promise<unknown>;
  cancel: () => void;
};

const toField = fieldAmong("name", "channelIds");

/** A form for a person and the channels on which they are notified. */
function PersonForm({ initial, channels, submitLabel, save, cancel }: FormProps) {
  const form = useForm({
    initialValues: initial,
    validate: { name: (name) => (name.trim() === "" ? "Give the person a name." : null) },
  });
  const { isSaving, otherProblems, submit } = useFormSave({ form, save, toField });
  return (
    <form onSubmit={form.onSubmit((draft) => void submit(draft))} noValidate>
      <Stack gap="sm">
        <Group align="flex-start">
          <TextInput label="Name" required maxLength={100} {...form.getInputProps("name")} />
          <MultiSelect
            label="Own channels"
            description="Each of them gets every message."
            inputWrapperOrder={["label", "input", "description", "error"]}
            data={[...channels].map(([value, label]) => ({ value, label }))}
            placeholder={form.values.channelIds.length > 0 ? "" : "none"}
            searchable
            clearable
            miw={240}
            {...form.getInputProps("channelIds")}
          />
        </Group>
        <FormProblems otherProblems={otherProblems} errors={form.errors} />
        <FormButtons submitLabel={submitLabel} isSaving={isSaving} cancel={cancel} />
      </Stack>
    </form>
  );
}
