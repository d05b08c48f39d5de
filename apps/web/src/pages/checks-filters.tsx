import { IconX } from "@tabler/icons-react";
import { Link, useNavigate } from "@tanstack/react-router";
import { type ReactNode, useMemo, useRef } from "react";

import type { ListSearch } from "../app/search.ts";
import type { CheckOverview } from "../checks/check-queries.ts";
import { countByFilter, FILTER_LABELS } from "../checks/check-selection.ts";
import { collectTags, SORTS, STATUS_FILTERS, type StatusFilter } from "../checks/list-choices.ts";
import { Choice, SearchField } from "../ui/choice.tsx";
import { useKeys } from "../ui/keys.ts";
import styles from "./checks-page.module.css";

export const LIST = "/projects/$projectId/checks";
const ORDERS = [
  { value: "", label: "What needs you first" },
  { value: "name", label: "By name" },
  { value: "next", label: "Next due first" },
  { value: "last", label: "Longest silent first" },
  { value: "slowest", label: "Slowest first" },
];

export type ChecksAt = { checks: readonly CheckOverview[]; now: number };

type FiltersProps = { checks: readonly CheckOverview[]; selection: ListSearch; children: ReactNode };

/** Fields that filter and sort the list. The choices are kept in the query of the address. */
export function Filters({ checks, selection, children }: FiltersProps) {
  const navigate = useNavigate({ from: LIST });
  const choose = (change: ListSearch) =>
    void navigate({ search: (now) => ({ ...now, ...change }), replace: true });
  const tags = useMemo(() => collectTags(checks), [checks]);
  const chosen = selection.tag ?? [];
  const others = tags.filter((tag) => !chosen.includes(tag));
  const field = useRef<HTMLInputElement>(null);
  useKeys({ "/": () => field.current?.focus() });
  return (
    <search className={styles["filters"]}>
      <SearchField
        ref={field}
        label="Filter by text"
        placeholder="Name, tag or description ( / )"
        value={selection.q ?? ""}
        onType={(text) => choose({ q: text || undefined })}
      />
      {tags.length > 0 && (
        <Choice
          label="Filter by tag"
          options={[
            { value: "", label: chosen.length === 0 ? "Any tag" : "And tag …" },
            ...others.map((tag) => ({ value: tag, label: tag })),
          ]}
          value=""
          className={styles["rare"]}
          choose={(tag) => tag !== "" && choose({ tag: [...chosen, tag] })}
        />
      )}
      <Choice
        label="Order"
        options={ORDERS}
        value={selection.sort ?? ""}
        className={styles["rare"]}
        choose={(value) => choose({ sort: SORTS.find((sort) => sort === value) })}
      />
      {children}
    </search>
  );
}

type ChipsProps = ChecksAt & { selection: ListSearch };

/** A link for each status that filters by it, with how many checks match it and the other filters. */
export function StatusChips({ checks, selection, now }: ChipsProps) {
  const counts = useMemo(() => countByFilter(checks, selection, now), [checks, selection, now]);
  return (
    <nav className={styles["filter"]} aria-label="Filter by status">
      <StatusChip count={counts.get("all") ?? 0} status={undefined} open={selection.status === undefined} />
      {STATUS_FILTERS.filter((status) => counts.get(status) !== 0 || selection.status === status).map(
        (status) => (
          <StatusChip
            key={status}
            status={status}
            count={counts.get(status) ?? 0}
            open={selection.status === status}
          />
        ),
      )}
    </nav>
  );
}

type ChipProps = { status: StatusFilter | undefined; count: number; open: boolean };

function StatusChip({ status, count, open }: ChipProps) {
  return (
    <Link
      from={LIST}
      to="."
      search={(now) => ({ ...now, status })}
      className={styles["choice"]}
      data-status={status}
      data-open={open || undefined}
      aria-current={open ? "true" : undefined}
    >
      <span>{status === undefined ? "All" : FILTER_LABELS[status]}</span>
      <strong>{count}</strong>
    </Link>
  );
}

/** The tags by which the list is filtered. Each is a link that removes it. */
export function ChosenTags({ tags }: { tags: readonly string[] }) {
  return tags.map((tag) => (
    <Link
      key={tag}
      from={LIST}
      to="."
      search={(now: ListSearch) => withoutTag(now, tag)}
      className={styles["tag"]}
      aria-label={`Without the tag ${tag}`}
    >
      {tag}
      <IconX size={13} aria-hidden />
    </Link>
  ));
}

function withoutTag({ tag: tags = [], ...rest }: ListSearch, removed: string): ListSearch {
  const tag = tags.filter((one) => one !== removed);
  return tag.length === 0 ? rest : { ...rest, tag };
}
