// @vitest-environment happy-dom
import { screen, waitFor } from "@testing-library/react";
import { expect, test, vi } from "vitest";

import { renderPart } from "../../test/render.tsx";
import { ApiError } from "../api/problem.ts";
import { ConflictAlert, listDifferences } from "./conflict.tsx";
import { useEdit } from "./use-edit.ts";

test("only the settings that somebody else changed are listed, with their old and new values", () => {
  const before = [
    ["Name", "Backup"],
    ["Grace", "1 hour"],
  ] as const;
  const after = [
    ["Name", "Backup"],
    ["Grace", "2 hours"],
  ] as const;
  expect(listDifferences(before, after)).toEqual([{ label: "Grace", before: "1 hour", after: "2 hours" }]);
});

test("an empty or missing setting is listed as nothing", () => {
  const changes = listDifferences([["Tags", "prod"]], [["Description", "Call Ada"]]);
  expect(changes).toEqual([
    { label: "Tags", before: "prod", after: "nothing" },
    { label: "Description", before: "nothing", after: "Call Ada" },
  ]);
});

test("equal versions have no differences", () => {
  expect(listDifferences([["Name", ""]], [["Name", ""]])).toEqual([]);
});

type View = { version: number; name: string; grace: string };
const ours: View = { version: 1, name: "Backup", grace: "1 hour" };

/** An edit of a check, with buttons for what a form would do. */
function Editor({
  send,
  read,
}: {
  send: (name: string, base: View) => Promise<unknown>;
  read: () => Promise<View>;
}) {
  const edit = useEdit<View, string>({ stored: ours, read, send });
  return (
    <>
      <ConflictAlert
        edit={edit}
        facts={({ name, grace }) => [
          ["Name", name],
          ["Grace", grace],
        ]}
      />
      <p>Editing {edit.base.name}</p>
      <button type="button" onClick={() => void edit.save("My backup")}>
        Save
      </button>
    </>
  );
}

const stale = new ApiError({ status: 412, code: "stale", detail: "Out of date." });
const theirs: View = { version: 2, name: "Backup", grace: "2 hours" };

async function saveIntoConflict(send: (name: string, base: View) => Promise<unknown>) {
  const page = await renderPart(<Editor send={send} read={() => Promise.resolve(theirs)} />);
  await page.user.click(screen.getByRole("button", { name: "Save" }));
  await screen.findByRole("alert");
  return page;
}

test("a save after somebody else's shows what they changed, and nothing is overwritten yet", async () => {
  const send = vi.fn().mockRejectedValue(stale);
  await saveIntoConflict(send);
  expect(screen.getAllByRole("listitem").map((item) => item.textContent)).toEqual([
    "Grace: it was 1 hour; now it is 2 hours",
  ]);
  expect(send).toHaveBeenCalledExactlyOnceWith("My backup", ours);
});

test("the focus moves to the conflict, because the button that was pressed is far below it", async () => {
  await saveIntoConflict(vi.fn().mockRejectedValue(stale));
  expect(document.activeElement?.contains(screen.getByRole("alert"))).toBe(true);
});

test("overwriting sends the same changes on top of their version", async () => {
  const send = vi.fn().mockRejectedValueOnce(stale).mockResolvedValue(undefined);
  const { user } = await saveIntoConflict(send);
  await user.click(screen.getByRole("button", { name: "Overwrite with my changes" }));
  expect(send).toHaveBeenLastCalledWith("My backup", theirs);
  await waitFor(() => expect(screen.queryByRole("alert")).toBeNull());
});

test("discarding begins again from their version, and saves nothing", async () => {
  const renamed = { ...theirs, name: "Backup of db1" };
  const send = vi.fn().mockRejectedValue(stale);
  const { user } = await renderPart(<Editor send={send} read={() => Promise.resolve(renamed)} />);
  await user.click(screen.getByRole("button", { name: "Save" }));
  await user.click(await screen.findByRole("button", { name: "Discard my changes" }));
  expect(screen.getByText("Editing Backup of db1")).toBeTruthy();
  expect(send).toHaveBeenCalledOnce();
});

test("a third change while overwriting shows the conflict again instead of losing it", async () => {
  const send = vi.fn().mockRejectedValue(stale);
  const { user } = await saveIntoConflict(send);
  await user.click(screen.getByRole("button", { name: "Overwrite with my changes" }));
  await waitFor(() => expect(send).toHaveBeenCalledTimes(2));
  expect(screen.getByRole("alert")).toBeTruthy();
});
