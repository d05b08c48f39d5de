// @vitest-environment happy-dom
import { TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { act, screen, waitFor } from "@testing-library/react";
import { describe, expect, test, vi } from "vitest";

import { appApi } from "../../test/app-api.ts";
import { fakeApi, page } from "../../test/fake-api.ts";
import { PROJECT } from "../../test/fixtures.ts";
import { renderApp, renderPart } from "../../test/render.tsx";
import { ApiError } from "../api/problem.ts";
import { fieldAmong, FormButtons, FormProblems, placeErrors, useFormSave } from "./form.tsx";
import { TimezoneSelect } from "./pick.tsx";

type Draft = { name: string };

function NameForm({
  save,
  cancel = vi.fn(),
}: {
  save: (draft: Draft) => Promise<unknown>;
  cancel?: () => void;
}) {
  const form = useForm({ initialValues: { name: "Backup" } });
  const { isSaving, otherProblems, submit } = useFormSave({ form, save, toField: fieldAmong("name") });
  return (
    <form onSubmit={form.onSubmit((draft) => void submit(draft))}>
      <TextInput label="Name" {...form.getInputProps("name")} />
      <FormProblems otherProblems={otherProblems} errors={form.errors} />
      <FormButtons submitLabel="Save" isSaving={isSaving} cancel={cancel} />
    </form>
  );
}

function refusal(...errors: { field: string; message: string }[]) {
  return new ApiError({ status: 400, code: "invalid_input", detail: "Invalid.", errors });
}

test("a form that is saved sends its values", async () => {
  const save = vi.fn().mockResolvedValue(undefined);
  const { user } = await renderPart(<NameForm save={save} />);
  await user.type(screen.getByLabelText("Name"), " of db1");
  await user.click(screen.getByRole("button", { name: "Save" }));
  expect(save).toHaveBeenCalledWith({ name: "Backup of db1" });
});

test("what the server refuses about a field is shown at the field, and announced next to the buttons", async () => {
  const save = () => Promise.reject(refusal({ field: "name", message: "Use at most 100 characters." }));
  const { user } = await renderPart(<NameForm save={save} />);
  await user.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByText("Use at most 100 characters.")).toBeTruthy();
  expect(screen.getByRole("alert").textContent).toContain("Some fields need a correction");
});

test("what the server refuses without a field of the form is shown next to the buttons", async () => {
  const save = () => Promise.reject(refusal({ field: "slug", message: "Another check has this slug." }));
  const { user } = await renderPart(<NameForm save={save} />);
  await user.click(screen.getByRole("button", { name: "Save" }));
  expect((await screen.findByRole("alert")).textContent).toBe(
    "That did not workAnother check has this slug.",
  );
});

test("a lost connection is shown next to the buttons, and the form keeps what was typed", async () => {
  const { user } = await renderPart(<NameForm save={() => Promise.reject(new TypeError("fetch failed"))} />);
  await user.type(screen.getByLabelText("Name"), "!");
  await user.click(screen.getByRole("button", { name: "Save" }));
  expect((await screen.findByRole("alert")).textContent).toContain("Overdue could not be reached.");
  expect(screen.getByLabelText<HTMLInputElement>("Name").value).toBe("Backup!");
});

test("the message of a refused save disappears when the form is saved again", async () => {
  const save = vi.fn().mockRejectedValueOnce(new TypeError("fetch failed")).mockResolvedValue(undefined);
  const { user } = await renderPart(<NameForm save={save} />);
  await user.click(screen.getByRole("button", { name: "Save" }));
  await screen.findByRole("alert");
  await user.click(screen.getByRole("button", { name: "Save" }));
  await waitFor(() => expect(screen.queryByRole("alert")).toBeNull());
});

test("a form cannot be saved twice while its first save is still on its way", async () => {
  const save = vi.fn().mockReturnValue(new Promise(() => undefined));
  const { user } = await renderPart(<NameForm save={save} />);
  const button = screen.getByRole("button", { name: "Save" });
  await user.click(button);
  await user.click(button);
  expect(save).toHaveBeenCalledOnce();
});

test("Cancel saves nothing", async () => {
  const [save, cancel] = [vi.fn(), vi.fn()];
  const { user } = await renderPart(<NameForm save={save} cancel={cancel} />);
  await user.click(screen.getByRole("button", { name: "Cancel" }));
  expect(cancel).toHaveBeenCalledOnce();
  expect(save).not.toHaveBeenCalled();
});

test("errors are sorted into those of a field and all others", () => {
  const errors = [
    { field: "tags.3", message: "Too long." },
    { field: "version", message: "Out of date." },
  ];
  expect(placeErrors(errors, fieldAmong("name", "tags"))).toEqual({
    fields: { tags: "Too long." },
    otherProblems: ["Out of date."],
  });
});

test("a field whose name only begins like another one is not taken for it", () => {
  expect(fieldAmong("tag")("tags.0")).toBeNull();
});

test("the field for a time zone finds zones by a part of their name", async () => {
  const choose = vi.fn();
  const { user } = await renderPart(<TimezoneSelect value="UTC" onChange={choose} />);
  const field = () => screen.getByRole("combobox", { name: "Time zone" });
  await user.click(field());
  await screen.findAllByRole("option");
  await user.clear(field());
  await user.type(field(), "Berlin");
  await user.click(await screen.findByRole("option", { name: "Europe/Berlin" }));
  expect(choose.mock.calls[0]?.[0]).toBe("Europe/Berlin");
});

describe("leaving a form", () => {
  const NEW_WINDOW = `/projects/${PROJECT}/maintenance/new`;
  const toChecks = { to: "/projects/$projectId/checks", params: { projectId: PROJECT } } as const;

  async function openWindowForm(answer: boolean) {
    fakeApi({
      ...appApi(),
      [`GET /v1/projects/${PROJECT}/maintenance`]: page(),
      [`GET /v1/projects/${PROJECT}/checks`]: page(),
    });
    const confirm = vi.fn(() => answer);
    vi.stubGlobal("confirm", confirm);
    return { ...(await renderApp(NEW_WINDOW)), confirm };
  }

  test("asks first if something typed is not saved, and stays on request", async () => {
    const { user, router, confirm } = await openWindowForm(false);
    await user.type(screen.getByLabelText(/^Name/), "move");
    void router.navigate(toChecks);
    await waitFor(() =>
      expect(confirm).toHaveBeenCalledWith("Leave this page? What you typed is not saved."),
    );
    expect(router.state.location.pathname).toBe(NEW_WINDOW);
    expect(screen.getByLabelText<HTMLInputElement>(/^Name/).value).toBe("move");
  });

  test("asks nothing if nothing was typed, or after Cancel", async () => {
    const { user, router, confirm } = await openWindowForm(false);
    await user.type(screen.getByLabelText(/^Name/), "move");
    await user.click(screen.getByRole("button", { name: "Cancel" }));
    await screen.findByRole("heading", { name: "Maintenance", level: 1 });
    await act(() =>
      router.navigate({ to: "/projects/$projectId/maintenance/new", params: { projectId: PROJECT } }),
    );
    await screen.findByRole("heading", { name: "New maintenance window" });
    void router.navigate(toChecks);
    await screen.findByRole("heading", { name: "Checks", level: 1 });
    expect(confirm).not.toHaveBeenCalled();
  });
});
