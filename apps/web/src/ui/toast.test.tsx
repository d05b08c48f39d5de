// @vitest-environment happy-dom
import { act, screen, waitFor } from "@testing-library/react";
import { expect, test, vi } from "vitest";

import { renderPart } from "../../test/render.tsx";
import { ApiError } from "../api/problem.ts";
import { deleteWithUndo, toast } from "./toast.tsx";

test("a success is announced to screen readers too", async () => {
  await renderPart(null);
  act(() => toast.success("Saved."));
  expect((await screen.findByRole("status")).textContent).toBe("Saved.");
});

test("an error shows the sentence of the server", async () => {
  await renderPart(null);
  act(() => toast.error(new ApiError({ status: 404, code: "not_found", detail: "There is no such check." })));
  expect((await screen.findByRole("alert")).textContent).toContain("There is no such check.");
});

/** A mutation that succeeds at once. */
function succeeding() {
  return { mutate: vi.fn((_id: string, { onSuccess }: { onSuccess?: () => void }) => onSuccess?.()) };
}

/** A mutation that the server refuses. */
function failing() {
  const error = new ApiError({ status: 409, code: "conflict", detail: "A route still uses it." });
  return {
    mutate: vi.fn((_id: string, { onError }: { onError: (error: unknown) => void }) => onError(error)),
  };
}

test("a deletion says what was deleted, and is undone on request", async () => {
  const [remove, restore] = [succeeding(), succeeding()];
  const { user } = await renderPart(null);
  act(() => deleteWithUndo({ id: "c1", name: "Ops chat" }, { remove, restore }));
  await screen.findByText(/“Ops chat” is deleted\./);
  await user.click(screen.getByRole("button", { name: "Undo" }));
  expect(remove.mutate.mock.calls[0]?.[0]).toBe("c1");
  expect(restore.mutate.mock.calls[0]?.[0]).toBe("c1");
});

test("the offer to undo disappears once it was used, so that nothing is restored twice", async () => {
  const restore = succeeding();
  const { user } = await renderPart(null);
  act(() => deleteWithUndo({ id: "c1", name: "Ops chat" }, { remove: succeeding(), restore }));
  await user.click(await screen.findByRole("button", { name: "Undo" }));
  await waitFor(() => expect(screen.queryByRole("button", { name: "Undo" })).toBeNull());
  expect(restore.mutate).toHaveBeenCalledOnce();
});

test("a deletion that the server refuses shows why, and offers nothing to undo", async () => {
  await renderPart(null);
  act(() => deleteWithUndo({ id: "c1", name: "Ops chat" }, { remove: failing(), restore: succeeding() }));
  expect((await screen.findByRole("alert")).textContent).toContain("A route still uses it.");
  expect(screen.queryByRole("button", { name: "Undo" })).toBeNull();
});
