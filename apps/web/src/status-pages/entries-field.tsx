import { ActionIcon, Group, TextInput } from "@mantine/core";
import { Select } from "../ui/pick.tsx";
import { IconArrowDown, IconArrowUp, IconTrash } from "@tabler/icons-react";
import { useRef } from "react";

import { moveItem } from "../ui/move-item.ts";
import { addChecks, type EntryValues, type PageCheck } from "./status-page-values.ts";
import styles from "./status-pages.module.css";

type Props = {
  entries: readonly EntryValues[];
  checks: readonly PageCheck[];
  /** The form's errors by field, such as "entries.3.name". */
  errors: Readonly<Record<string, unknown>>;
  change: (entries: EntryValues[]) => void;
};

const NAME_CHARS_MAX = 100;

/** The checks of a page in their order, each with its public name and its group. */
export function EntriesField({ entries, checks, errors, change }: Props) {
  const list = useRef<HTMLOListElement>(null);
  const groups = [...new Set(entries.map(({ group }) => group).filter((group) => group !== ""))];
  const byId = new Map(checks.map((check) => [check.id, check]));
  const edit = (index: number, fields: Partial<EntryValues>) =>
    change(entries.map((entry, at) => (at === index ? { ...entry, ...fields } : entry)));
  const move = (index: number, by: -1 | 1) => {
    change(moveItem(entries, index, by));
    // The focus moves with the button, so that the entry can be moved further by the keyboard.
    setTimeout(() => {
      const button = list.current?.children[index + by]?.querySelectorAll("button")[by === -1 ? 0 : 1];
      button?.focus();
    });
  };
  return (
    <fieldset className={styles["entries"]}>
      <legend>Checks on the page</legend>
      <p className={styles["dimmed"]}>
        Visitors see only the public name. A check is listed here only because somebody added it.
      </p>
      <ol ref={list}>
        {entries.map((entry, index) => (
          <li key={entry.checkId} className={styles["entry"]}>
            <span className={styles["origin"]}>{byId.get(entry.checkId)?.name ?? "a deleted check"}</span>
            <TextInput
              label="Public name"
              maxLength={NAME_CHARS_MAX}
              required
              value={entry.name}
              error={errorText(errors[`entries.${index}.name`])}
              onChange={({ currentTarget }) => edit(index, { name: currentTarget.value })}
            />
            <TextInput
              label="Group"
              placeholder="none"
              maxLength={NAME_CHARS_MAX}
              list="groups-of-the-page"
              value={entry.group}
              onChange={({ currentTarget }) => edit(index, { group: currentTarget.value })}
            />
            <Moves
              name={entry.name}
              isFirst={index === 0}
              isLast={index === entries.length - 1}
              move={(by) => move(index, by)}
              remove={() => change(entries.filter((_, at) => at !== index))}
            />
          </li>
        ))}
      </ol>
      <datalist id="groups-of-the-page">
        {groups.map((group) => (
          <option key={group}>{group}</option>
        ))}
      </datalist>
      <AddChecks entries={entries} checks={checks} change={change} />
    </fieldset>
  );
}

function errorText(error: unknown): string | undefined {
  return typeof error === "string" ? error : undefined;
}

type MovesProps = {
  name: string;
  isFirst: boolean;
  isLast: boolean;
  move: (by: -1 | 1) => void;
  remove: () => void;
};

function Moves({ name, isFirst, isLast, move, remove }: MovesProps) {
  const look = { variant: "subtle", color: "gray", size: 36 } as const;
  return (
    <div className={styles["moves"]}>
      <ActionIcon {...look} aria-label={`${name}: up`} disabled={isFirst} onClick={() => move(-1)}>
        <IconArrowUp size={18} />
      </ActionIcon>
      <ActionIcon {...look} aria-label={`${name}: down`} disabled={isLast} onClick={() => move(1)}>
        <IconArrowDown size={18} />
      </ActionIcon>
      <ActionIcon {...look} aria-label={`Take ${name} off the page`} onClick={remove}>
        <IconTrash size={18} />
      </ActionIcon>
    </div>
  );
}

/** Fields to add one check, or all checks with a tag, which becomes their group. */
function AddChecks({ entries, checks, change }: Omit<Props, "errors">) {
  const added = new Set(entries.map(({ checkId }) => checkId));
  const addable = checks.filter(({ id }) => !added.has(id));
  const tags = [...new Set(addable.flatMap((check) => check.tags))].toSorted();
  if (checks.length === 0) return <p className={styles["dimmed"]}>This project has no check yet.</p>;
  return (
    <Group gap="xs" align="flex-end">
      <Select
        label="Add a check"
        placeholder={addable.length === 0 ? "All are on the page" : "Choose"}
        data={addable.map(({ id, name }) => ({ value: id, label: name }))}
        value={null}
        searchable
        limit={60}
        disabled={addable.length === 0}
        onChange={(id) =>
          change(
            addChecks(
              entries,
              addable.filter((check) => check.id === id),
            ),
          )
        }
      />
      {tags.length > 0 && (
        <Select
          label="Add those with a tag"
          placeholder="Choose"
          data={tags}
          value={null}
          searchable
          onChange={(tag) =>
            tag !== null &&
            change(
              addChecks(
                entries,
                addable.filter((check) => check.tags.includes(tag)),
                tag,
              ),
            )
          }
        />
      )}
    </Group>
  );
}
