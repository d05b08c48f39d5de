// @vitest-environment happy-dom
import type { KindName } from "@overdue/channels";
import { screen } from "@testing-library/react";
import { describe, expect, test, vi } from "vitest";

import { aChannelKind } from "../../test/fixtures.ts";
import { renderPart } from "../../test/render.tsx";
import { ApiError } from "../api/problem.ts";
import { ChannelForm, NewSecrets } from "./channel-form.tsx";

type Save = Parameters<typeof ChannelForm>[0]["save"];

async function renderForm(kind: KindName, save: Save, known: { name: string; hint: string } | null = null) {
  return await renderPart(
    <ChannelForm
      kind={aChannelKind(kind)}
      known={known}
      checks={[{ id: "c1", name: "nightly backup", tags: ["db"] }]}
      checkIds={["c1"]}
      channels={[{ id: "ops", name: "Ops mailbox" }]}
      warnings={({ url }) => (url === "http://nas/" ? "not reachable" : null)}
      save={save}
      cancel={vi.fn()}
    />,
  );
}

test("a new channel is created with its settings, and named after its kind where no name is typed", async () => {
  const save = vi.fn<Save>().mockResolvedValue(undefined);
  const { user } = await renderForm("email", save);
  await user.type(screen.getByRole("textbox", { name: "E-mail address" }), "ops@example.org");
  await user.click(screen.getByRole("button", { name: "Create channel" }));
  expect(save).toHaveBeenCalledWith({
    name: "E-mail",
    settings: { to: "ops@example.org" },
    checkIds: ["c1"],
  });
});

test("headers of a webhook are typed one per line", async () => {
  const save = vi.fn<Save>().mockResolvedValue(undefined);
  const { user } = await renderForm("webhook", save);
  await user.type(screen.getByRole("textbox", { name: "Address" }), "https://example.org/hook");
  await user.click(screen.getByRole("button", { name: /more settings/ }));
  await user.type(screen.getByRole("textbox", { name: "Headers" }), "X-Team: ops{enter}X-Env: prod");
  await user.click(screen.getByRole("button", { name: "Create channel" }));
  expect(save.mock.calls[0]?.[0].settings).toMatchObject({ headers: { "X-Team": "ops", "X-Env": "prod" } });
});

test("settings that the server refuses are shown at their field", async () => {
  const errors = [{ field: "settings.to", message: "This domain takes no mail." }];
  const save = vi
    .fn<Save>()
    .mockRejectedValue(new ApiError({ status: 400, code: "x", detail: "Invalid.", errors }));
  const { user } = await renderForm("email", save);
  await user.type(screen.getByRole("textbox", { name: "E-mail address" }), "ops@nowhere.example");
  await user.click(screen.getByRole("button", { name: "Create channel" }));
  expect(await screen.findByText("This domain takes no mail.")).toBeTruthy();
  expect(screen.getByRole("textbox", { name: "E-mail address" }).getAttribute("aria-invalid")).toBe("true");
});

test("a group of channels is chosen from the other channels", async () => {
  const save = vi.fn<Save>().mockResolvedValue(undefined);
  const { user } = await renderForm("group", save);
  await user.click(screen.getByRole("combobox", { name: "Channels" }));
  await user.click(await screen.findByRole("option", { name: "Ops mailbox" }));
  expect(screen.getAllByText("Ops mailbox").length).toBeGreaterThan(1);
});

describe("an existing channel", () => {
  const known = { name: "Ops mailbox", hint: "ops@example.org" };

  test("keeps its settings unless they are entered again", async () => {
    const save = vi.fn<Save>().mockResolvedValue(undefined);
    const { user } = await renderForm("email", save, known);
    const name = screen.getByRole("textbox", { name: "Name" });
    await user.clear(name);
    await user.type(name, "Night shift");
    await user.click(screen.getByRole("button", { name: "Save" }));
    expect(save).toHaveBeenCalledWith({ name: "Night shift", settings: undefined, checkIds: ["c1"] });
  });

  test("asks for all its settings when one is changed, because secrets are never shown", async () => {
    const { user } = await renderForm("email", vi.fn<Save>(), known);
    expect(screen.queryByRole("textbox", { name: "E-mail address" })).toBeNull();
    await user.click(screen.getByRole("button", { name: "Change where it sends" }));
    expect(screen.getByRole<HTMLInputElement>("textbox", { name: "E-mail address" }).value).toBe("");
  });
});

test("a secret that the server created is shown until the person has copied it", async () => {
  const done = vi.fn();
  const { user } = await renderPart(<NewSecrets secrets={{ secret: "whsec_1234" }} done={done} />);
  expect(screen.getByLabelText("secret").textContent).toBe("whsec_1234");
  expect(done).not.toHaveBeenCalled();
  await user.click(screen.getByRole("button", { name: "I have copied it" }));
  expect(done).toHaveBeenCalledOnce();
});

test("a webhook asks for its address alone, and folds away what few need", async () => {
  const { user } = await renderForm("webhook", vi.fn<Save>());
  expect(screen.queryByRole("textbox", { name: "Headers" })).toBeNull();
  await user.click(screen.getByRole("button", { name: /more settings, none of them needed/ }));
  expect(screen.getByRole("textbox", { name: "Headers" })).toBeDefined();
  await user.click(screen.getByRole("button", { name: "Fewer settings" }));
  expect(screen.queryByRole("textbox", { name: "Headers" })).toBeNull();
});

test("what is missing for the typed settings is shown while they are typed", async () => {
  const { user } = await renderForm("webhook", vi.fn<Save>());
  expect(screen.queryByText("not reachable")).toBeNull();
  await user.type(screen.getByRole("textbox", { name: "Address" }), "http://nas/");
  expect(screen.getByText("not reachable")).toBeDefined();
});
