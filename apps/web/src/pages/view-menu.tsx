import { ActionIcon, Button } from "@mantine/core";
import { IconCheck, IconLayoutList, IconUsers, IconX } from "@tabler/icons-react";
import { useQuery, type QueryClient, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import type { InferRequestType, InferResponseType } from "hono/client";
import { type ListSearch, readListSearch } from "../app/search.ts";
import type { Grouping } from "../checks/list-choices.ts";
import { type Column, COLUMN_LABELS, COLUMNS, storeColumns } from "../checks/columns.ts";
import { LazyMenu, type MenuEntry } from "../ui/lazy-menu.tsx";
import { useCanEdit } from "../ui/role.tsx";
import { toast } from "../ui/toast.tsx";
import { LIST } from "./checks-filters.tsx";
import fieldStyles from "../ui/choice.module.css";
import styles from "./checks-page.module.css";
import { pageQuery, readAllPages } from "../api/paging.ts";
import { parseResponse, projectApi } from "../api/client.ts";

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
  { group: "host", label: "By host" },
];

/** A menu for the groups, the columns and the saved views of the list. */
export function ViewMenu({ projectId, selection, columns, setColumns }: Props) {
  const navigate = useNavigate({ from: LIST });
  const { data: views = [] } = useQuery(viewsQuery(projectId));
  const save = useSaveView(projectId);
  const { mutate: remove } = useRemoveView(projectId);
  const canEdit = useCanEdit();
  const [isNaming, setNaming] = useState(false);
  const removeView = ({ id, name, search, shared }: SavedView) =>
    remove(id, {
      onSuccess: () =>
        toast.withUndo(`Removed the view “${name}”.`, () => save.mutate({ name, search, shared })),
      onError: toast.error,
    });
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
    { label: "Saved views" },
    ...views.map(({ id, name, search, shared }) => ({
      id: `view ${id}`,
      label: name,
      right: shared ? <IconUsers size={14} aria-label="of the project" /> : null,
      onClick: () => void navigate({ search: readListSearch(search) }),
    })),
    { label: "Save this view …", onClick: () => setNaming(true) },
    ...views
      .filter(({ shared }) => canEdit || !shared)
      .map((view) => ({
        id: `remove ${view.id}`,
        label: `Remove “${view.name}”`,
        icon: <IconX size={14} aria-hidden />,
        onClick: () => removeView(view),
      })),
  ];
  if (isNaming)
    return (
      <NameForm
        canShare={canEdit}
        save={(name, shared) =>
          save.mutate({ name, search: definedParts(selection), shared }, { onError: toast.error })
        }
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

/** The selection without undefined parts, as the API stores it. */
function definedParts(selection: ListSearch): SavedView["search"] {
  const parts = Object.entries(selection).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  );
  return Object.fromEntries(parts);
}

type NameFormProps = {
  canShare: boolean;
  save: (name: string, shared: boolean) => void;
  close: () => void;
};

function NameForm({ canShare, save, close }: NameFormProps) {
  const [name, setName] = useState("");
  const [shared, setShared] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() !== "") save(name.trim(), shared);
    close();
  };
  return (
    <form onSubmit={submit} className={styles["naming"]}>
      <input
        className={fieldStyles["field"]}
        aria-label="Name of the view"
        placeholder="Name of the view"
        maxLength={40}
        ref={(field) => field?.focus()}
        value={name}
        onChange={({ currentTarget }) => setName(currentTarget.value)}
        onKeyDown={({ key }) => key === "Escape" && close()}
      />
      {canShare && (
        <label className={styles["share"]}>
          <input
            type="checkbox"
            checked={shared}
            onChange={({ currentTarget }) => setShared(currentTarget.checked)}
          />
          For all members
        </label>
      )}
      <Button type="submit">Save</Button>
      <ActionIcon variant="subtle" color="gray" aria-label="Cancel" onClick={close}>
        <IconX size={16} />
      </ActionIcon>
    </form>
  );
}

const { views } = projectApi;

type SavedView = InferResponseType<typeof views.$get, 200>["items"][number];
type NewView = InferRequestType<typeof views.$post>["json"];

/** The saved views of the list: the person's own and those of the project. */
const viewsQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["projects", projectId, "views"],
    queryFn: async () => {
      await moveStoredViews(projectId);
      return await readAllPages((cursor) =>
        parseResponse(views.$get({ param: { projectId }, query: pageQuery(cursor) })),
      );
    },
  });

/** Saves a view; it replaces one of the same name. */
function useSaveView(projectId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (json: NewView) => parseResponse(views.$post({ param: { projectId }, json })),
    onSettled: () => readAgain(client, projectId),
  });
}

function useRemoveView(projectId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (viewId: string) => parseResponse(views[":viewId"].$delete({ param: { projectId, viewId } })),
    onSettled: () => readAgain(client, projectId),
  });
}

function readAgain(client: QueryClient, projectId: string) {
  return client.invalidateQueries({ queryKey: viewsQuery(projectId).queryKey });
}

/** Moves views that an earlier version stored in the browser to the server. If that fails, they stay in the browser. */
async function moveStoredViews(projectId: string): Promise<void> {
  const key = `overdue-views-${projectId}`;
  const stored = localStorage.getItem(key);
  if (stored === null) return;
  try {
    const old: { name: string; search: NewView["search"] }[] = JSON.parse(stored);
    for (const { name, search } of old)
      await parseResponse(views.$post({ param: { projectId }, json: { name, search } }));
    localStorage.removeItem(key);
  } catch {
    // The stored text cannot be read, or the server is away: it is tried again on the next visit.
  }
}
