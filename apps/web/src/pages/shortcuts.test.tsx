// @vitest-environment happy-dom
import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";

import { appApi, VIEWER } from "../../test/app-api.ts";
import { fakeApi, page } from "../../test/fake-api.ts";
import { anOverview, CHECK, PROJECT } from "../../test/fixtures.ts";
import { renderApp } from "../../test/render.tsx";
import { findCommands } from "./command-palette.tsx";

const LIST = `/v1/projects/${PROJECT}/check-overviews`;

beforeEach(() => {
  fakeApi({ ...appApi(), [`GET ${LIST}`]: page(anOverview()) });
});

// These come first: what they open is loaded only once.
test("what is typed before the palette is loaded is typed into it, and Enter too", async () => {
  const { user, router } = await renderApp(`/projects/${PROJECT}/checks`);
  await user.keyboard("{Control>}k{/Control}mainx{Backspace}t{Enter}");
  await waitFor(() => expect(router.state.location.pathname).toBe(`/projects/${PROJECT}/maintenance`));
});

test("Escape before the help is loaded closes it, and the keys work as before", async () => {
  const { user, router } = await renderApp(`/projects/${PROJECT}/checks`);
  await user.keyboard("?x{Escape}c");
  await waitFor(() => expect(router.state.location.pathname).toBe(`/projects/${PROJECT}/checks/new`));
  expect(screen.queryByRole("dialog")).toBeNull();
});

test("what is pressed before a menu is loaded chooses from it", async () => {
  const { user, router } = await renderApp(`/projects/${PROJECT}/checks`);
  screen.getByRole("button", { name: "Actions for nightly backup" }).focus();
  await user.keyboard("{Enter}{ArrowDown}{Enter}");
  await waitFor(() =>
    expect(router.state.location.pathname).toBe(`/projects/${PROJECT}/checks/${CHECK}/edit`),
  );
});

test("Ctrl and k find a page by some letters, and Enter opens it", async () => {
  const { user, router } = await renderApp(`/projects/${PROJECT}/checks`);
  await user.keyboard("{Control>}k{/Control}");
  await user.type(await screen.findByRole("combobox", { name: /Go to/ }), "maint{Enter}");
  await waitFor(() => expect(router.state.location.pathname).toBe(`/projects/${PROJECT}/maintenance`));
});

test("the palette finds checks beside pages", async () => {
  const { user } = await renderApp(`/projects/${PROJECT}/checks`);
  await user.keyboard("{Control>}k{/Control}");
  await user.type(await screen.findByRole("combobox", { name: /Go to/ }), "night");
  const [option] = within(screen.getByRole("listbox", { name: "Found" })).getAllByRole("option");
  expect(option?.textContent).toBe("nightly backupCheck");
  expect(option?.id).toContain(CHECK);
});

test("the question mark shows which key does what", async () => {
  const { user } = await renderApp(`/projects/${PROJECT}/checks`);
  await user.keyboard("?");
  expect((await screen.findByRole("dialog", { name: "Keyboard" })).textContent).toContain("Acknowledge");
});

test("a key that is typed into a field does nothing else", async () => {
  const { user, router } = await renderApp(`/projects/${PROJECT}/checks`);
  await user.keyboard("/c?");
  expect((screen.getByRole("textbox", { name: "Filter by text" }) as HTMLInputElement).value).toBe("c?");
  expect(router.state.location.pathname).toBe(`/projects/${PROJECT}/checks`);
});

test("the key for a new check does nothing for viewers", async () => {
  fakeApi({ ...appApi(VIEWER), [`GET ${LIST}`]: page(anOverview()) });
  const { user, router } = await renderApp(`/projects/${PROJECT}/checks`);
  await user.keyboard("c");
  expect(router.state.location.pathname).toBe(`/projects/${PROJECT}/checks`);
});

test("names that begin with what was typed come first, and every word has to be there", () => {
  const commands = ["nightly backup", "backup of mail", "Maintenance"].map((label) => ({ label }));
  expect(findCommands(commands, "backup").map(({ label }) => label)).toEqual([
    "backup of mail",
    "nightly backup",
  ]);
  expect(findCommands(commands, "back mail").map(({ label }) => label)).toEqual(["backup of mail"]);
});
