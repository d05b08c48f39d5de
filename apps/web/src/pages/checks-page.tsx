import { Button, MultiSelect, NativeSelect, TextInput } from "@mantine/core";
import { IconPlus, IconSearch } from "@tabler/icons-react";
import { useSuspenseQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import type { DisplayStatus } from "@overdue/core";

import type { ListSearch } from "../app/search.ts";
import { CheckList } from "../checks/check-list.tsx";
import { checksQuery, type CheckView } from "../checks/check-queries.ts";
import { countByStatus, type Selection, collectTags } from "../checks/check-selection.ts";
import { serverNow, useComputedFromNow } from "../time/clock.ts";
import { Page, TextLink } from "../ui/page.tsx";
import { EditorsOnly } from "../ui/role.tsx";
import styles from "./checks-page.module.css";
import { STATUS_LABELS } from "../checks/status.ts";

const LIST = "/projects/$projectId/checks";
const SORTS = [
  { value: "", label: "Needs attention first" },
  { value: "name", label: "By name" },
  { value: "next", label: "Next expected first" },
];

export function ChecksPage() {
  const { projectId } = useParams({ from: "/signed-in/projects/$projectId/checks" });
  const selection = useSearch({ from: "/signed-in/projects/$projectId/checks" });
  const { data: checks } = useSuspenseQuery(checksQuery(projectId));
  return (
    <Page title={pageTitle(checks)} heading="Checks" actions={<NewCheckButton projectId={projectId} />}>
      {checks.length === 0 ? (
        <FirstCheck projectId={projectId} />
      ) : (
        <>
          <StatusFilter checks={checks} selection={selection} />
          <Filters checks={checks} selection={selection} />
          <CheckList projectId={projectId} checks={checks} selection={selection} />
          <p>
            <TextLink to="/projects/$projectId/refused-pings" params={{ projectId }}>
              Pings that did not count
            </TextLink>
          </p>
        </>
      )}
    </Page>
  );
}

/** The window's title says whether anything is down, even while another tab is open. */
function pageTitle(checks: readonly CheckView[]): string {
  const down = countByStatus(checks, serverNow()).get("down") ?? 0;
  return down === 0 ? "Checks" : `(${down} down) Checks`;
}

function NewCheckButton({ projectId }: { projectId: string }) {
  return (
    <EditorsOnly>
      <Button
        component={Link}
        to={`/projects/${projectId}/checks/new`}
        leftSection={<IconPlus size={18} aria-hidden />}
      >
        New check
      </Button>
    </EditorsOnly>
  );
}

function Filters({ checks, selection }: { checks: readonly CheckView[]; selection: ListSearch }) {
  const navigate = useNavigate({ from: LIST });
  const choose = (change: ListSearch) =>
    void navigate({ search: (now) => ({ ...now, ...change }), replace: true });
  const tags = collectTags(checks);
  return (
    <search className={styles["filters"]}>
      <TextInput
        aria-label="Filter by text"
        placeholder="Name, tag or description"
        leftSection={<IconSearch size={16} aria-hidden />}
        value={selection.q ?? ""}
        onChange={({ currentTarget }) => choose({ q: currentTarget.value || undefined })}
      />
      {tags.length > 0 && (
        <MultiSelect
          aria-label="Filter by tag"
          placeholder={selection.tag ? "" : "Any tag"}
          data={tags}
          value={[...(selection.tag ?? [])]}
          onChange={(tag) => choose({ tag: tag.length > 0 ? tag : undefined })}
          searchable
          clearable
        />
      )}
      <NativeSelect
        aria-label="Order"
        data={SORTS}
        value={selection.sort ?? ""}
        onChange={({ currentTarget }) =>
          choose({
            sort:
              currentTarget.value === "name" || currentTarget.value === "next"
                ? currentTarget.value
                : undefined,
          })
        }
      />
    </search>
  );
}

type Props = { checks: readonly CheckView[]; selection: Selection };

/** How many checks have each status, each with a link to the list of them. */
function StatusFilter({ checks, selection }: Props) {
  const now = useComputedFromNow((at) => Math.floor(at / 10_000) * 10_000);
  const counts = countByStatus(checks, now);
  return (
    <nav className={styles["filter"]} aria-label="Filter by status">
      <StatusLink count={checks.length} status={undefined} open={selection.status === undefined} />
      {[...counts].map(([status, count]) =>
        count > 0 || selection.status === status ? (
          <StatusLink key={status} status={status} count={count} open={selection.status === status} />
        ) : null,
      )}
    </nav>
  );
}

function StatusLink({
  status,
  count,
  open,
}: {
  status: DisplayStatus | undefined;
  count: number;
  open: boolean;
}) {
  return (
    <Link
      from="/projects/$projectId/checks"
      to="."
      search={(now) => ({ ...now, status })}
      className={styles["choice"]}
      data-status={status}
      data-open={open || undefined}
      aria-current={open ? "true" : undefined}
    >
      <span>{status === undefined ? "All" : STATUS_LABELS[status]}</span>
      <strong>{count}</strong>
    </Link>
  );
}

/** Explains what a check is while there is none, and leads to creating the first. */
function FirstCheck({ projectId }: { projectId: string }) {
  return (
    <section className={styles["empty"]} aria-label="No checks yet">
      <img src="/favicon.svg" alt="" width={56} height={56} />
      <h2>No checks yet</h2>
      <p>
        A check monitors one job: a backup, a report, a queue. Set when the job should run, let it call the
        check&rsquo;s ping URL when it has, and Overdue notifies you when a ping does not come.
      </p>
      <EditorsOnly>
        <Button
          component={Link}
          to={`/projects/${projectId}/checks/new`}
          size="md"
          leftSection={<IconPlus size={18} aria-hidden />}
        >
          Create the first check
        </Button>
      </EditorsOnly>
    </section>
  );
}
