import { Button } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { useSuspenseQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { Suspense, useDeferredValue, useMemo, useState } from "react";

import type { ListSearch } from "../app/search.ts";
import { AnnounceStatuses, CheckList } from "../checks/check-list.tsx";
import { type CheckOverview, checksQuery } from "../checks/check-queries.ts";
import { countByFilter, groupChecks, selectChecks, summarise } from "../checks/check-selection.ts";
import type { StatusFilter } from "../checks/list-choices.ts";
import { type ChosenChecks, useChosen, useChosenChecks } from "../checks/chosen-checks.ts";
import { storedColumns } from "../checks/columns.ts";
import { useCheckActions } from "../checks/use-check-actions.tsx";
import { CheckStrip } from "../strip/check-strip.tsx";
import { useComputedFromNow } from "../time/clock.ts";
import { Page, TextLink } from "../ui/page.tsx";
import { useKeys } from "../ui/keys.ts";
import { EditorsOnly, useCanEdit } from "../ui/role.tsx";
import { type ChecksAt, ChosenTags, Filters, LIST, StatusChips } from "./checks-filters.tsx";
import { Logo } from "../ui/logo.tsx";
import styles from "./checks-page.module.css";
import { useBulk } from "./use-bulk.ts";
import { lazyPart } from "../ui/lazy-part.ts";

const PAGE = "/signed-in/projects/$projectId/checks";

export function ChecksPage() {
  const { projectId } = useParams({ from: PAGE });
  const { data: checks } = useSuspenseQuery(checksQuery(projectId));
  // The list is also reordered as time passes; every ten seconds is often enough.
  const now = useComputedFromNow((at) => Math.floor(at / 10_000) * 10_000);
  const down = countByFilter(checks, {}, now).get("down") ?? 0;
  return (
    <Page
      // The title of the browser tab says whether anything is down, even while another tab is open.
      title={down === 0 ? "Checks" : `(${down} down) Checks`}
      heading="Checks"
      lead={checks.length > 0 && <SummarySentence checks={checks} now={now} />}
      actions={<NewCheckButton projectId={projectId} />}
      wide
    >
      {checks.length === 0 ? (
        <FirstCheck projectId={projectId} />
      ) : (
        <>
          <SelectedChecks projectId={projectId} checks={checks} now={now} />
          <p className={styles["more"]}>
            <TextLink to="/projects/$projectId/refused-pings" params={{ projectId }}>
              Pings that did not count
            </TextLink>
            {" · "}
            <TextLink to="/projects/$projectId/connect" params={{ projectId }}>
              Connect clients of other monitors
            </TextLink>
          </p>
        </>
      )}
    </Page>
  );
}

/** "37 jobs fine, 2 down, 1 late, next due in 4 min: backup-db": the state of the whole project in one sentence. */
function SummarySentence({ checks, now }: ChecksAt) {
  const summary = useMemo(() => summarise(checks, now), [checks, now]);
  const { fine, down, unacknowledged, late, waiting, paused, next } = summary;
  const parts = [
    <span key="fine">{fine === 1 ? "1 job fine" : `${fine} jobs fine`}</span>,
    down > 0 && (
      <FilterLink key="down" status="down">
        {down} down{unacknowledged < down && ` (${unacknowledged} unacknowledged)`}
      </FilterLink>
    ),
    late > 0 && (
      <FilterLink key="grace" status="grace">
        {late} late
      </FilterLink>
    ),
    waiting > 0 && <span key="new">{waiting} without a ping yet</span>,
    paused > 0 && <span key="paused">{paused} paused</span>,
    next !== null && (
      <span key="next">
        next due {next.text}: {next.name}
      </span>
    ),
  ].filter((part) => part !== false);
  return (
    <p className={styles["summary"]}>
      {parts.map((part, index) => (
        <span key={part.key}>
          {index > 0 && ", "}
          {part}
        </span>
      ))}
    </p>
  );
}

function FilterLink({ status, children }: { status: StatusFilter; children: React.ReactNode }) {
  return (
    <Link from={LIST} to="." search={{ status }} className={styles["wrong"]} data-status={status}>
      {children}
    </Link>
  );
}

function NewCheckButton({ projectId }: { projectId: string }) {
  return (
    <EditorsOnly>
      <Button
        component={Link}
        to={`/projects/${projectId}/checks/new`}
        leftSection={<IconPlus size={18} aria-hidden />}
        className={styles["create"] ?? ""}
      >
        New check
      </Button>
    </EditorsOnly>
  );
}

/** The filters, and the checks that match them. */
function SelectedChecks({ projectId, checks, now }: ChecksAt & { projectId: string }) {
  const selection = useSearch({ from: PAGE });
  // The field must show typed text at once; the list may be updated a moment later.
  const deferred = useDeferredValue(selection);
  const actions = useCheckActions(projectId);
  const [columns, setColumns] = useState(storedColumns);
  const shown = useMemo(() => selectChecks(checks, deferred, now), [checks, deferred, now]);
  const rows = useMemo(() => groupChecks(shown, deferred.group, now), [shown, deferred.group, now]);
  const chosen = useChosenChecks();
  const ids = useChosen(chosen, (state) => state.ids);
  useRowKeys({ projectId, checks, shown, chosen });
  const isFiltered =
    selection.q !== undefined || selection.tag !== undefined || selection.status !== undefined;
  return (
    <>
      <AnnounceStatuses checks={checks} now={now} />
      <div className={styles["bar"]}>
        <StatusChips checks={checks} selection={deferred} now={now} />
        <Filters checks={checks} selection={selection}>
          <Suspense fallback={<span style={{ width: 95 }} />}>
            <ViewMenu {...{ projectId, selection, columns, setColumns }} />
          </Suspense>
        </Filters>
        {isFiltered && (
          <span className={styles["filtered"]}>
            {shown.length} of {checks.length}
            <ChosenTags tags={selection.tag ?? []} />
            <Link
              from={LIST}
              to="."
              search={({ sort, group }: ListSearch) => ({ sort, group })}
              className={styles["clear"]}
            >
              <IconX size={14} aria-hidden />
              Clear filters
            </Link>
          </span>
        )}
      </div>
      {shown.length === 0 ? (
        <p className={styles["none"]}>No check matches this filter.</p>
      ) : (
        <CheckList {...{ projectId, rows, actions, chosen, columns }} strip={stripRenderer(projectId)} />
      )}
      {ids.size > 0 && (
        <Suspense fallback={null}>
          <BulkBar {...{ projectId, checks, shown, chosen, ids }} />
        </Suspense>
      )}
    </>
  );
}

const ViewMenu = lazyPart(async () => ({ default: (await import("./view-menu.tsx")).ViewMenu }));
const BulkBar = lazyPart(() => import("./bulk-bar.tsx"));

type RowKeys = {
  projectId: string;
  checks: readonly CheckOverview[];
  shown: readonly CheckOverview[];
  chosen: ChosenChecks;
};

/** The keys that act on the row to which j and k have moved, or on the selected rows. */
function useRowKeys({ projectId, checks, shown, chosen }: RowKeys): void {
  const navigate = useNavigate();
  const bulk = useBulk(projectId, checks);
  const canEdit = useCanEdit();
  const withCurrent = (act: (id: string) => void) => () => {
    const { current } = chosen.state;
    if (canEdit && current !== null) act(current);
  };
  useKeys({
    x: withCurrent((id) => chosen.toggle(id)),
    X: withCurrent((id) =>
      chosen.extendTo(
        id,
        shown.map((check) => check.id),
      ),
    ),
    Escape: () => chosen.choose([]),
    e: withCurrent((checkId) => {
      void navigate({ to: "/projects/$projectId/checks/$checkId/edit", params: { projectId, checkId } });
    }),
    a: withCurrent((id) =>
      bulk({ action: "acknowledge" }, chosen.state.ids.size > 0 ? [...chosen.state.ids] : [id]),
    ),
  });
}

const stripRenderers = new Map<string, (check: CheckOverview) => React.ReactNode>();

/** Returns the same function for a project every time, so that rows are not rendered again without need. */
function stripRenderer(projectId: string): (check: CheckOverview) => React.ReactNode {
  const known = stripRenderers.get(projectId);
  if (known) return known;
  const render = (check: CheckOverview) => <CheckStrip projectId={projectId} check={check} />;
  stripRenderers.set(projectId, render);
  return render;
}

/** Shown while there is no check: what a check is, and a button to create the first one. */
function FirstCheck({ projectId }: { projectId: string }) {
  return (
    <section className={styles["empty"]} aria-label="No checks yet">
      <Logo size={56} />
      <h2>No checks yet</h2>
      <p>
        A check monitors one job: a backup, a report, a queue. Set when the job should run, let it call the
        check&rsquo;s ping URL when it has, and Overdue notifies you when a ping does not come.
      </p>
      <EditorsOnly>
        <Button
          component={Link}
          to={`/projects/${projectId}/start`}
          size="md"
          leftSection={<IconPlus size={18} aria-hidden />}
        >
          Create the first check
        </Button>
      </EditorsOnly>
    </section>
  );
}
