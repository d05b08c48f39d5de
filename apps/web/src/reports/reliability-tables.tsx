import { durationText, percentText } from "@overdue/core";
import { Anchor, Button } from "@mantine/core";
import { type ReactNode, useState } from "react";

import { Card } from "../ui/card.tsx";
import { type Column, Dash, DataTable } from "../ui/data-table.tsx";
import { TextLink } from "../ui/page.tsx";
import { type Order, ORDER_LABELS, orderChecks, type readOrder } from "./reliability-order.ts";
import type { CheckFigures, Figures, ReliabilityView } from "./report-queries.ts";
import styles from "./report.module.css";

/** The figures of all checks together. */
export function ReliabilityFigures({ all }: { all: Figures }) {
  const { uptime, checks, missed, late, failed, downs, maintenance, outage } = all;
  const excluded = [
    "paused time",
    ...(maintenance > 0 ? [`${maintenance} in maintenance`] : []),
    ...(outage > 0 ? [`${outage} while Overdue itself was down`] : []),
  ];
  return (
    <Card title={checks === 1 ? "1 check" : `${checks} checks`}>
      <dl className={styles["figures"]}>
        <Figure label="Uptime" strong={percentText(uptime)}>
          the mean of all checks
        </Figure>
        <Figure label="Missed" strong={missed} />
        <Figure label="Late" strong={late} />
        <Figure label="Failed" strong={failed} />
        <Figure label="Went down" strong={downs} />
        <Figure label="To acknowledge" strong={meanText(all.acknowledgeMs)}>
          {all.acknowledged === 0 ? "nobody did" : `mean of ${all.acknowledged}`}
        </Figure>
        <Figure label="To recover" strong={meanText(all.recoverMs)}>
          {all.recovered === 0 ? "none did" : `mean of ${all.recovered}`}
        </Figure>
      </dl>
      <p className={styles["dimmed"]}>
        Uptime is the share of expected runs that came, including late ones. Not counted:{" "}
        {excluded.join(", ")}.
      </p>
    </Card>
  );
}

type FigureProps = { label: string; strong: ReactNode; children?: ReactNode };

function Figure({ label, strong, children }: FigureProps) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        <strong>{strong}</strong>
        {children !== undefined && <span>{children}</span>}
      </dd>
    </div>
  );
}

function meanText(ms: number | null): string {
  return ms === null ? "–" : durationText(ms);
}

/** A row for each tag. A click on its name limits the page to it. */
export function TagTable({ tags, choose }: { tags: ReliabilityView["tags"]; choose: (tag: string) => void }) {
  return (
    <Card title="By tag">
      <DataTable
        rows={tags}
        rowKey={({ tag }) => tag}
        columns={[
          {
            head: "Tag",
            cell: ({ tag }) => (
              <Anchor component="button" type="button" fz="inherit" onClick={() => choose(tag)}>
                {tag}
              </Anchor>
            ),
          },
          { head: "Checks", cell: ({ checks }) => checks },
          ...figureColumns<Figures>().filter(({ order }) => order !== "meanMs" && order !== "longestMs"),
        ]}
      />
    </Card>
  );
}

const ROWS_STEP = 100;

type CheckTableProps = {
  projectId: string;
  checks: readonly CheckFigures[];
  order: ReturnType<typeof readOrder>;
  sortBy: (order: Order) => void;
};

/** A row for each check, sorted by the chosen column. */
export function CheckTable({ projectId, checks, order, sortBy }: CheckTableProps) {
  const [shown, setShown] = useState(ROWS_STEP);
  const rows = orderChecks(checks, order);
  const columns: (Column<CheckFigures> & { order: Order })[] = [
    {
      head: ORDER_LABELS.name,
      order: "name",
      cell: ({ checkId, name }) => (
        <TextLink to="/projects/$projectId/checks/$checkId" params={{ projectId, checkId }}>
          {name}
        </TextLink>
      ),
    },
    ...figureColumns<CheckFigures>().map((column) =>
      column.order === "downs" ? { ...column, cell: downsCell(projectId) } : column,
    ),
  ];
  return (
    <Card title="By check">
      <DataTable
        rows={rows.slice(0, shown)}
        rowKey={({ checkId }) => checkId}
        columns={columns.map(({ order: by, ...column }) => ({
          ...column,
          sort: { order: ariaOrder(by, order), choose: () => sortBy(by) },
        }))}
      />
      {rows.length > shown && (
        <Button variant="default" mt="sm" onClick={() => setShown(shown + ROWS_STEP)}>
          Show more of {rows.length}
        </Button>
      )}
    </Card>
  );
}

/** The value of `aria-sort`. Unless reversed, names and uptime ascend, and all other figures descend. */
function ariaOrder(by: Order, current: ReturnType<typeof readOrder>) {
  if (current.by !== by) return null;
  const isAscending = (by === "name" || by === "uptime") !== current.isReversed;
  return isAscending ? ("ascending" as const) : ("descending" as const);
}

/** How often the check went down, with a link to those incidents. */
function downsCell(projectId: string) {
  return ({ checkId, downs }: CheckFigures) =>
    downs === 0 ? (
      <Dash />
    ) : (
      <TextLink
        to="/projects/$projectId/checks/$checkId"
        params={{ projectId, checkId }}
        search={{ tab: "history" }}
        aria-label={downs === 1 ? "1 incident" : `${downs} incidents`}
      >
        {downs}
      </TextLink>
    );
}

type SharedFigures = Pick<
  CheckFigures,
  "uptime" | "missed" | "late" | "failed" | "downs" | "longestMs" | "acknowledgeMs" | "recoverMs"
> & { meanMs?: number | null };

/** The columns of the figures that checks and tags share. */
function figureColumns<Row extends SharedFigures>(): (Column<Row> & { order: Order })[] {
  const column = (order: Order, cell: (row: Row) => ReactNode): Column<Row> & { order: Order } => ({
    head: ORDER_LABELS[order],
    order,
    look: "short",
    cell,
  });
  const count = (value: number) => (value === 0 ? <Dash /> : value);
  const duration = (ms: number | null | undefined) =>
    ms === null || ms === undefined ? <Dash /> : durationText(ms);
  return [
    column("uptime", ({ uptime }) => (uptime === null ? <Dash /> : percentText(uptime))),
    column("missed", ({ missed }) => count(missed)),
    column("late", ({ late }) => count(late)),
    column("failed", ({ failed }) => count(failed)),
    column("downs", ({ downs }) => count(downs)),
    column("meanMs", ({ meanMs }) => duration(meanMs)),
    column("longestMs", ({ longestMs }) => duration(longestMs)),
    column("acknowledgeMs", ({ acknowledgeMs }) => duration(acknowledgeMs)),
    column("recoverMs", ({ recoverMs }) => duration(recoverMs)),
  ];
}
