// @vitest-environment happy-dom
import { screen, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";

import { renderPart, tableRows } from "../../test/render.tsx";
import { type Column, DataTable, TableCard } from "./data-table.tsx";

type Row = { id: string; name: string; size: number };

const columns: Column<Row>[] = [
  { head: "Name", cell: ({ name }) => name },
  { head: "Size", cell: ({ size }) => `${size} bytes` },
  { head: "Delete", isHeadHidden: true, cell: ({ name }) => <button type="button">Delete {name}</button> },
];
const rows: Row[] = [
  { id: "a", name: "Backup", size: 12 },
  { id: "b", name: "Report", size: 7 },
];
const idle = {
  error: null,
  refetch: vi.fn(),
  isFetchingNextPage: false,
  hasNextPage: false,
  fetchNextPage: vi.fn(),
};

test("a table shows a row for each item, with the cells in the order of the columns", async () => {
  await renderPart(<DataTable columns={columns} rows={rows} rowKey={({ id }) => id} />);
  expect(tableRows()).toEqual([
    ["Backup", "12 bytes", "Delete Backup"],
    ["Report", "7 bytes", "Delete Report"],
  ]);
});

test("every column has a head that screen readers can read, even where it is not visible", async () => {
  await renderPart(<DataTable columns={columns} rows={rows} rowKey={({ id }) => id} />);
  expect(screen.getAllByRole("columnheader").map((head) => head.textContent)).toEqual([
    "Name",
    "Size",
    "Delete",
  ]);
});

test("a table card without rows shows its text for an empty list, and no table", async () => {
  const query = { ...idle, data: [] };
  await renderPart(
    <TableCard title="Files" query={query} empty="No file yet." columns={columns} rowKey={({ id }) => id} />,
  );
  expect(screen.getByText("No file yet.")).toBeTruthy();
  expect(screen.queryByRole("table")).toBeNull();
});

test("a table card says that it loads until its first page has arrived", async () => {
  const query = { ...idle, data: undefined };
  await renderPart(
    <TableCard title="Files" query={query} empty="No file yet." columns={columns} rowKey={({ id }) => id} />,
  );
  expect(screen.getByRole("status").textContent).toBe("Loading…");
});

test("a table card offers the next page only where there is one", async () => {
  const fetchNextPage = vi.fn();
  const query = { ...idle, data: rows, hasNextPage: true, fetchNextPage };
  const { user } = await renderPart(
    <TableCard title="Files" query={query} empty="" columns={columns} rowKey={({ id }) => id} />,
  );
  const card = within(screen.getByRole("region", { name: "Files" }));
  await user.click(card.getByRole("button", { name: "Show more" }));
  expect(fetchNextPage).toHaveBeenCalledOnce();
});

test("a table card whose list cannot be read shows why, and reads it again on request", async () => {
  const refetch = vi.fn();
  const query = { ...idle, data: undefined, error: new TypeError("fetch failed"), refetch };
  const { user } = await renderPart(
    <TableCard title="Files" query={query} empty="" columns={columns} rowKey={({ id }) => id} />,
  );
  expect(screen.getByRole("alert").textContent).toContain("Overdue could not be reached.");
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect(refetch).toHaveBeenCalledOnce();
});
