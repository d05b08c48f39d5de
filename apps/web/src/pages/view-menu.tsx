import { ActionIcon, Button, TextInput } from "@mantine/core";
import { IconCheck, IconLayoutList, IconX } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";

import type { ListSearch } from "../app/search.ts";
import { type Grouping } from "../checks/check-selection.ts";
import { type Column, COLUMN_LABELS, COLUMNS, storeColumns } from "../checks/columns.ts";
import { LazyMenu, type MenuEntry } from "../ui/lazy-menu.tsx";
import { LIST } from "./checks-filters.tsx";
import styles from "./checks-page.module.css";

type Props = {
  projectId: string;
  selection: ListSearch;
  columns: readonly Column[];
  setColumns: (columns: readonly Column[]) => void;
};

const GROUPS: { group: Grouping | undefined; label: string }[] = [
  { group: undefined, label: "No groups" },
  { group: "status", label: "By status" },
  { group: "tag", label: "By first tag" },
];

/** Groups, columns and saved views of the list. */
export function ViewMenu({ projectId, selection, columns, setColumns }: Props) {
  const navigate = useNavigate({ from: LIST });
  const [views, setViews] = useState(() => storedViews(projectId));
  const [isNaming, setNaming] = useState(false);
  const keep = (changed: readonly SavedView[]) => {
    storeViews(projectId, changed);
    setViews(changed);
  };
  const toggle = (column: Column) => {
    const shown = COLUMNS.filter((one) => (one === column) !== columns.includes(one));
    storeColumns(shown);
    setColumns(shown);
  };
  const tick = (isOn: boolean, label = "chosen") =>
    isOn ? <IconCheck size={16} aria-label={label} /> : null;
  const entries = (): MenuEntry[] => [
    { label: "Groups" },
    ...GROUPS.map(({ group, label }) => ({
      label,
      right: tick(selection.group === group),
      onClick: () => void navigate({ search: (now) => ({ ...now, group }), replace: true }),
    })),
    "divider",
    { label: "Columns" },
    ...COLUMNS.map((column) => ({
      label: COLUMN_LABELS[column],
      right: tick(columns.includes(column), "shown"),
      onClick: () => toggle(column),
    })),
    "divider",
    { label: "Saved views, in this browser" },
    ...views.map(({ name, search }) => ({
      id: `view ${name}`,
      label: name,
      onClick: () => void navigate({ search }),
    })),
    { label: "Save this view …", onClick: () => setNaming(true) },
    ...views.map(({ name }) => ({
      id: `remove ${name}`,
      label: `Remove “${name}”`,
      icon: <IconX size={14} aria-hidden />,
      onClick: () => keep(views.filter((view) => view.name !== name)),
    })),
  ];
  if (isNaming)
    return (
      <NameForm
        save={(name) => keep([...views.filter((view) => view.name !== name), { name, search: selection }])}
        close={() => setNaming(false)}
      />
    );
  return (
    <LazyMenu
      position="bottom-end"
      width={230}
      target={
        <Button
          variant="default"
          leftSection={<IconLayoutList size={16} aria-hidden />}
          className={styles["view"] ?? ""}
        >
          View
        </Button>
      }
      entries={entries}
    />
  );
}

function NameForm({ save, close }: { save: (name: string) => void; close: () => void }) {
  const [name, setName] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() !== "") save(name.trim());
    close();
  };
  return (
    <form onSubmit={submit} className={styles["naming"]}>
      <TextInput
        aria-label="Name of the view"
        placeholder="Name of the view"
        maxLength={40}
        ref={(field) => field?.focus()}
        value={name}
        onChange={({ currentTarget }) => setName(currentTarget.value)}
        onKeyDown={({ key }) => key === "Escape" && close()}
      />
      <Button type="submit">Save</Button>
      <ActionIcon variant="subtle" color="gray" aria-label="Cancel" onClick={close}>
        <IconX size={16} />
      </ActionIcon>
    </form>
  );
}

type SavedView = { name: string; search: ListSearch };

const viewsKey = (projectId: string) => `overdue-views-${projectId}`;

function storedViews(projectId: string): readonly SavedView[] {
  try {
    return JSON.parse(localStorage.getItem(viewsKey(projectId)) ?? "[]");
  } catch {
    return [];
  }
}

function storeViews(projectId: string, views: readonly SavedView[]): void {
  localStorage.setItem(viewsKey(projectId), JSON.stringify(views));
}
