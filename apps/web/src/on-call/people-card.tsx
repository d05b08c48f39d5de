import { ActionIcon, Button } from "@mantine/core";
import { IconPencil, IconPlus, IconTrash } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { Conflict } from "../edits/conflict.tsx";
import type { Fact } from "../edits/differences.ts";
import { useEdit } from "../edits/use-edit.ts";
import { Card } from "../ui/card.tsx";
import { Listing } from "../ui/listing.tsx";
import { EditorsOnly } from "../ui/role.tsx";
import { tell } from "../ui/tell.tsx";
import styles from "./on-call.module.css";
import {
  type PersonDraft,
  peopleQuery,
  type PersonView,
  useDeletePerson,
  useRestorePerson,
  useSavePerson,
} from "./on-call-queries.ts";
import { PersonForm } from "./person-form.tsx";

type Props = { projectId: string; channels: ReadonlyMap<string, string> };

/** The people whom routes can tell, each with own channels. */
export function PeopleCard({ projectId, channels }: Props) {
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

function PersonRow({ projectId, person, channels }: Props & { person: PersonView }) {
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

type EditProps = Props & { close: () => void };

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

function personFacts({ name, channelIds }: PersonView, channels: Props["channels"]): Fact[] {
  return [
    ["Name", name],
    ["Own channels", channelsText(channelIds, channels)],
  ];
}

function channelsText(ids: readonly string[], channels: Props["channels"]): string {
  return ids.map((id) => channels.get(id) ?? "a deleted channel").join(", ");
}
