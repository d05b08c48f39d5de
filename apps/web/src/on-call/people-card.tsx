import { ActionIcon, Button } from "@mantine/core";
import { IconPencil, IconPlus, IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { Card } from "../ui/card.tsx";
import { Listing } from "../ui/listing.tsx";
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
        <Button
          variant="default"
          size="compact-md"
          leftSection={<IconPlus size={16} aria-hidden />}
          onClick={() => setAdding(true)}
        >
          Add a person
        </Button>
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
      {adding && (
        <EditPerson
          projectId={projectId}
          id={null}
          initial={{ name: "", channelIds: [] }}
          channels={channels}
          close={() => setAdding(false)}
        />
      )}
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
          id={id}
          initial={{ name, channelIds }}
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
            : channelIds.map((channelId) => channels.get(channelId) ?? "a deleted channel").join(", ")}
        </div>
      </span>
      <ActionIcon variant="subtle" color="gray" aria-label={`Edit ${name}`} onClick={() => setEditing(true)}>
        <IconPencil size={17} />
      </ActionIcon>
      <ActionIcon variant="subtle" color="gray" aria-label={`Delete ${name}`} onClick={takeOut}>
        <IconTrash size={17} />
      </ActionIcon>
    </li>
  );
}

type EditProps = Props & { id: string | null; initial: PersonDraft; close: () => void };

function EditPerson({ projectId, id, initial, channels, close }: EditProps) {
  const save = useSavePerson(projectId);
  return (
    <PersonForm
      initial={initial}
      channels={channels}
      submitLabel={id === null ? "Add the person" : "Save"}
      saving={save.isPending}
      save={(draft) => save.mutate({ id, draft }, { onSuccess: close, onError: tell.trouble })}
      cancel={close}
    />
  );
}
