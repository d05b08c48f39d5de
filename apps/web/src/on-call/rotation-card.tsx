import { DAY_MS } from "@overdue/schedules";
import { ActionIcon, Button, Group, NativeSelect, Skeleton, Stack, TextInput } from "@mantine/core";
import { IconPencil, IconTrash, IconX } from "@tabler/icons-react";
import { Suspense, useState } from "react";
import { useForm } from "@mantine/form";

import { ConflictAlert, type Fact } from "../conflicts/conflict.tsx";
import { useItemEdit } from "../conflicts/use-edit.ts";
import { Card } from "../ui/card.tsx";
import { ExactTime } from "../ui/time.tsx";
import { EditorsOnly } from "../ui/role.tsx";
import { deleteWithUndo, toast } from "../ui/toast.tsx";
import styles from "./on-call.module.css";
import {
  rotationsQuery,
  type RotationView,
  useDeleteRotation,
  useRestoreRotation,
  useSaveRotation,
  type Override,
  overrideText,
  type RotationDraft,
  rotationText,
} from "./on-call-queries.ts";
import { RotationForm } from "./rotation-form.tsx";
import { serverNow } from "../time/clock.ts";
import { parseWallClock, wallClockText } from "../time/zones.ts";
import { lazyPart } from "../ui/lazy-part.ts";

// Loaded on demand, because it computes with time zones, whose data are large.
const SchedulePicture = lazyPart(async () => ({
  default: (await import("./schedule-picture.tsx")).SchedulePicture,
}));

type RotationCardProps = { projectId: string; rotation: RotationView; people: ReadonlyMap<string, string> };

/** One rotation: who is on call now, the turns, and the overrides. */
export function RotationCard({ projectId, rotation, people }: RotationCardProps) {
  const [isEditing, setEditing] = useState(false);
  const { name, onCall } = rotation;
  if (isEditing)
    return (
      <EditRotation
        projectId={projectId}
        rotation={rotation}
        people={people}
        close={() => setEditing(false)}
      />
    );
  return (
    <Card
      title={name}
      actions={
        <EditorsOnly>
          <Actions projectId={projectId} rotation={rotation} edit={() => setEditing(true)} />
        </EditorsOnly>
      }
    >
      <Stack gap="sm">
        <p className={styles["now"]}>
          {onCall === null ? (
            "Nobody is on call."
          ) : (
            <>
              On call now: <strong>{onCall.name ?? "a removed person"}</strong>, until{" "}
              <ExactTime at={onCall.until} />
            </>
          )}
        </p>
        <p className={styles["readBack"]}>{rotationText(rotation, people)}</p>
        <Suspense fallback={<Skeleton height={90} />}>
          <SchedulePicture rotation={rotation} people={people} />
        </Suspense>
        <Overrides projectId={projectId} rotation={rotation} people={people} />
      </Stack>
    </Card>
  );
}

function EditRotation({ projectId, rotation, people, close }: RotationCardProps & { close: () => void }) {
  const { mutateAsync } = useSaveRotation(projectId);
  const edit = useItemEdit<RotationView, RotationDraft>({
    item: rotation,
    list: rotationsQuery(projectId),
    send: async (draft, edited) => {
      await mutateAsync({ edited, draft });
      close();
    },
  });
  return (
    <Card title={`Edit ${edit.base.name}`}>
      <ConflictAlert edit={edit} facts={(view) => rotationFacts(view, people)} />
      <RotationForm
        key={edit.base.version}
        initial={rotationDraft(edit.base)}
        people={people}
        submitLabel="Save"
        save={edit.save}
        cancel={close}
      />
    </Card>
  );
}

function rotationFacts(rotation: RotationView, people: RotationCardProps["people"]): Fact[] {
  return [
    ["Name", rotation.name],
    ["Turns", rotationText(rotation, people)],
    ["Overrides", rotation.overrides.map((override) => overrideText(override, people)).join("; ")],
  ];
}

type ActionProps = { projectId: string; rotation: RotationView; edit: () => void };

function Actions({ projectId, rotation, edit }: ActionProps) {
  const remove = useDeleteRotation(projectId);
  const restore = useRestoreRotation(projectId);
  const { name } = rotation;
  return (
    <Group gap={4}>
      <Button
        variant="default"
        size="compact-md"
        leftSection={<IconPencil size={16} aria-hidden />}
        aria-label={`Edit ${name}`}
        onClick={edit}
      >
        Edit
      </Button>
      <ActionIcon
        variant="subtle"
        color="gray"
        size={30}
        aria-label={`Delete ${name}`}
        onClick={() => deleteWithUndo(rotation, { remove, restore })}
      >
        <IconTrash size={17} />
      </ActionIcon>
    </Group>
  );
}

/** The settings of a rotation, without the fields that the server adds. */
function rotationDraft(rotation: RotationView): RotationDraft {
  const { name, timezone, every, startsOn, handOverAt, personIds, overrides } = rotation;
  return { name, timezone, every, startsOn, handOverAt, personIds, overrides };
}

/** The overrides of a rotation: people who are on call for a span instead of the person whose turn it is. */
function Overrides({ projectId, rotation, people }: RotationCardProps) {
  const [isAdding, setAdding] = useState(false);
  const save = useSaveRotation(projectId);
  const { overrides, timezone } = rotation;
  const change = (wanted: Override[], done: () => void) =>
    save.mutate(
      { edited: rotation, draft: { overrides: wanted } },
      { onSuccess: done, onError: toast.error },
    );
  return (
    <div>
      {overrides.length > 0 && (
        <ul className={styles["list"]}>
          {overrides.map((override) => {
            const name = people.get(override.personId) ?? "a removed person";
            return (
              <li key={`${override.personId} ${override.from}`} className={styles["row"]}>
                <span className={styles["grow"]}>
                  {name} replaces the person on call, <ExactTime at={override.from} zone={timezone} /> to{" "}
                  <ExactTime at={override.until} zone={timezone} />
                </span>
                <EditorsOnly>
                  <ActionIcon
                    variant="subtle"
                    color="gray"
                    aria-label={`Remove the override of ${name}`}
                    onClick={() =>
                      change(
                        overrides.filter((one) => one !== override),
                        () =>
                          toast.withUndo("The override is removed.", () =>
                            change(overrides, () => undefined),
                          ),
                      )
                    }
                  >
                    <IconX size={17} />
                  </ActionIcon>
                </EditorsOnly>
              </li>
            );
          })}
        </ul>
      )}
      {isAdding ? (
        <OverrideForm
          people={people}
          timezone={timezone}
          isSaving={save.isPending}
          add={(override) => change([...overrides, override], () => setAdding(false))}
        />
      ) : (
        <EditorsOnly>
          <Button variant="default" size="compact-sm" onClick={() => setAdding(true)}>
            Add override
          </Button>
        </EditorsOnly>
      )}
    </div>
  );
}

type OverrideFormProps = {
  people: ReadonlyMap<string, string>;
  timezone: string;
  isSaving: boolean;
  add: (override: Override) => void;
};

/** A form that adds an override. */
function OverrideForm({ people, timezone, isSaving, add }: OverrideFormProps) {
  const form = useForm({
    initialValues: {
      personId: [...people.keys()][0] ?? "",
      from: wallClockText(serverNow(), timezone),
      until: wallClockText(serverNow() + DAY_MS, timezone),
    },
    validate: {
      until: (until, { from }) => (until > from ? null : "The end must come after the beginning."),
    },
  });
  const submit = ({ personId, from, until }: typeof form.values) => {
    const [begins, ends] = [parseWallClock(from, timezone), parseWallClock(until, timezone)];
    if (begins === null || ends === null) return form.setFieldError("until", "Name both times.");
    add({ personId, from: new Date(begins).toISOString(), until: new Date(ends).toISOString() });
  };
  return (
    <form onSubmit={form.onSubmit(submit)} noValidate>
      <Group align="flex-start">
        <NativeSelect
          label="Person"
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
        <Button type="submit" variant="default" loading={isSaving} mt={25} disabled={people.size === 0}>
          Add override
        </Button>
      </Group>
    </form>
  );
}
