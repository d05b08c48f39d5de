import { ActionIcon, Button, Group, MultiSelect, TextInput } from "@mantine/core";
import { IconPencil, IconPlus, IconTrash } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useForm } from "@mantine/form";

import { Conflict, type Fact } from "../conflicts/conflict.tsx";
import { useEdit } from "../conflicts/use-edit.ts";
import { Card } from "../ui/card.tsx";
import { Listing } from "../ui/listing.tsx";
import { EditorsOnly } from "../ui/role.tsx";
import { tell } from "../ui/toast.tsx";
import styles from "./on-call.module.css";
import {
  peopleQuery,
  type PersonDraft,
  type PersonView,
  useDeletePerson,
  useRestorePerson,
  useSavePerson,
} from "./on-call-queries.ts";
import { ApiError, fieldErrors } from "../api/problem.ts";

type PeopleCardProps = { projectId: string; channels: ReadonlyMap<string, string> };

/** The people whom routes can tell, each with own channels. */
export function PeopleCard({ projectId, channels }: PeopleCardProps) {
  const query = useQuery(peopleQuery(projectId));
  const [adding, setAdding] = useState(false);
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
            Add a person
          </Button>
        </EditorsOnly>
      }
    >
      <Listing query={query} empty="Nobody yet. A person has channels of their own, such as a phone number.">
        {(people) => (
          <ul className={styles["list"]}>
            {people.map((person) => (
              <PersonRow key={person.id} projectId={projectId} person={person} channels={channels} />
            ))}
          </ul>
        )}
      </Listing>
      {adding && <NewPerson projectId={projectId} channels={channels} close={() => setAdding(false)} />}
    </Card>
  );
}

function PersonRow({ projectId, person, channels }: PeopleCardProps & { person: PersonView }) {
  const [editing, setEditing] = useState(false);
  const remove = useDeletePerson(projectId);
  const restore = useRestorePerson(projectId);
  const { id, name, channelIds } = person;
  if (editing) {
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
  const takeOut = () =>
    remove.mutate(id, {
      onSuccess: () =>
        tell.undoable(`“${name}” is deleted.`, () => restore.mutate(id, { onError: tell.trouble })),
      onError: tell.trouble,
    });
  return (
    <li className={styles["row"]}>
      <span className={styles["grow"]}>
        <strong>{name}</strong>
        <div className={styles["hint"]}>
          {channelIds.length === 0
            ? "No channel: nobody can be reached."
            : channelsText(channelIds, channels)}
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
        <ActionIcon variant="subtle" color="gray" aria-label={`Delete ${name}`} onClick={takeOut}>
          <IconTrash size={17} />
        </ActionIcon>
      </EditorsOnly>
    </li>
  );
}

type EditProps = PeopleCardProps & { close: () => void };

function NewPerson({ projectId, channels, close }: EditProps) {
  const save = useSavePerson(projectId);
  return (
    <PersonForm
      initial={{ name: "", channelIds: [] }}
      channels={channels}
      submitLabel="Add the person"
      save={async (draft) => {
        await save.mutateAsync({ of: null, draft });
        close();
      }}
      cancel={close}
    />
  );
}

function EditPerson({ projectId, person, channels, close }: EditProps & { person: PersonView }) {
  const client = useQueryClient();
  const { mutateAsync } = useSavePerson(projectId);
  const edit = useEdit<PersonView, PersonDraft>({
    now: person,
    read: async () => {
      const people = await client.fetchQuery({ ...peopleQuery(projectId), staleTime: 0 });
      return people.find(({ id }) => id === person.id) ?? person;
    },
    send: async (draft, version) => {
      await mutateAsync({ of: { id: person.id, version }, draft });
      close();
    },
  });
  const { name, channelIds } = edit.seen;
  return (
    <div className={styles["grow"]}>
      <Conflict edit={edit} facts={(view) => personFacts(view, channels)} />
      <PersonForm
        key={edit.seen.version}
        initial={{ name, channelIds }}
        channels={channels}
        submitLabel="Save"
        save={edit.save}
        cancel={close}
      />
    </div>
  );
}

function personFacts({ name, channelIds }: PersonView, channels: PeopleCardProps["channels"]): Fact[] {
  return [
    ["Name", name],
    ["Own channels", channelsText(channelIds, channels)],
  ];
}

function channelsText(ids: readonly string[], channels: PeopleCardProps["channels"]): string {
  return ids.map((id) => channels.get(id) ?? "a deleted channel").join(", ");
}

type PersonFormProps = {
  initial: PersonDraft;
  channels: ReadonlyMap<string, string>;
  submitLabel: string;
  save: (draft: PersonDraft) => Promise<unknown>;
  cancel: () => void;
};

/** A person and the channels on which they are told. */
function PersonForm({ initial, channels, submitLabel, save, cancel }: PersonFormProps) {
  const form = useForm({
    initialValues: initial,
    validate: { name: (name) => (name.trim() === "" ? "Give the person a name." : null) },
  });
  const [saving, setSaving] = useState(false);
  const submit = async (draft: PersonDraft) => {
    setSaving(true);
    await save(draft).catch((error: unknown) => {
      if (error instanceof ApiError && error.errors.length > 0) form.setErrors(fieldErrors(error.errors));
      else tell.trouble(error);
    });
    setSaving(false);
  };
  return (
    <form onSubmit={form.onSubmit((draft) => void submit(draft))} noValidate>
      <Group align="flex-start">
        <TextInput label="Name" required maxLength={100} {...form.getInputProps("name")} />
        <MultiSelect
          label="Own channels"
          description="Every one of them is told."
          inputWrapperOrder={["label", "input", "description", "error"]}
          data={[...channels].map(([value, label]) => ({ value, label }))}
          placeholder={form.values.channelIds.length > 0 ? "" : "none"}
          searchable
          clearable
          miw={240}
          {...form.getInputProps("channelIds")}
        />
        <Group gap="xs" mt={25}>
          <Button type="submit" loading={saving}>
            {submitLabel}
          </Button>
          <Button variant="default" onClick={cancel}>
            Cancel
          </Button>
        </Group>
      </Group>
    </form>
  );
}
