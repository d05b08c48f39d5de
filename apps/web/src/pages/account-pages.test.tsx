// @vitest-environment happy-dom
import { screen, waitFor } from "@testing-library/react";
import { beforeEach, describe, expect, test } from "vitest";

import { ADA, appApi, INSTANCE } from "../../test/app-api.ts";
import { fakeApi, page, problem } from "../../test/fake-api.ts";
import { PROJECT } from "../../test/fixtures.ts";
import { renderApp } from "../../test/render.tsx";

const PASSWORD = "correct horse battery";
const signedOut = () => problem(401, { code: "unauthorized", detail: "Sign in." });
const instance = (changes: object) => ({ ...INSTANCE, ...changes });
const title = () => screen.getByRole("heading", { level: 1 }).textContent;

beforeEach(() => localStorage.clear());

describe("signing in", () => {
  test("leads to the page that the person wanted", async () => {
    let isSignedIn = false;
    const sent = fakeApi({
      ...appApi(),
      "GET /v1/me": () => (isSignedIn ? ADA : signedOut()),
      "POST /api/auth/sign-in/email": () => {
        isSignedIn = true;
        return {};
      },
    });
    const { user, router } = await renderApp(
      `/sign-in?to=${encodeURIComponent(`/projects/${PROJECT}/incidents`)}`,
    );
    await user.type(screen.getByLabelText(/^E-mail/), "ada@example.org");
    await user.type(screen.getByLabelText(/^Password/), PASSWORD);
    await user.click(screen.getByRole("button", { name: "Sign in" }));
    await waitFor(() => expect(router.state.location.pathname).toBe(`/projects/${PROJECT}/incidents`));
    const { json } = sent.find(({ method }) => method === "POST") ?? {};
    expect(json).toEqual({ email: "ada@example.org", password: PASSWORD });
  });

  test("with a wrong password shows the message of the server and stays", async () => {
    fakeApi({
      ...appApi(),
      "POST /api/auth/sign-in/email": () =>
        Response.json({ message: "Wrong e-mail or password." }, { status: 401 }),
    });
    const { user, router } = await renderApp("/sign-in");
    await user.type(screen.getByLabelText(/^E-mail/), "ada@example.org");
    await user.type(screen.getByLabelText(/^Password/), "guessed");
    await user.click(screen.getByRole("button", { name: "Sign in" }));
    expect((await screen.findByRole("alert")).textContent).toContain("Wrong e-mail or password.");
    expect(router.state.location.pathname).toBe("/sign-in");
  });

  test.each([
    ["open", 1],
    ["invite", 0],
  ])("offers an account where registration is %s: %i link", async (registration, count) => {
    fakeApi({ ...appApi(), "GET /v1/instance": instance({ registration }) });
    await renderApp("/sign-in");
    expect(screen.queryAllByRole("link", { name: "Create one" })).toHaveLength(count);
  });
});

describe("signing up", () => {
  test("is closed where accounts are by invitation", async () => {
    fakeApi({ ...appApi(), "GET /v1/instance": instance({ registration: "invite" }) });
    await renderApp("/sign-up");
    expect(title()).toBe("Accounts are by invitation");
  });

  test("needs a name, an address and a long password before anything is sent", async () => {
    const sent = fakeApi(appApi());
    const { user } = await renderApp("/sign-up");
    await user.type(screen.getByLabelText(/^Password/), "short");
    await user.click(screen.getByRole("button", { name: "Create account" }));
    expect(screen.getByText("Enter your name.")).toBeTruthy();
    expect(screen.getByText("Enter an e-mail address, such as anna@example.org.")).toBeTruthy();
    expect(screen.getByText("Use at least 12 characters.")).toBeTruthy();
    expect(sent.every(({ method }) => method === "GET")).toBe(true);
  });

  test("by mail asks for no password, and shows the same message for every address", async () => {
    fakeApi({
      ...appApi(),
      "GET /v1/instance": instance({ signUp: "by-mail" }),
      "POST /api/auth/sign-up/email": {},
    });
    const { user } = await renderApp("/sign-up");
    await user.type(screen.getByLabelText(/^Your name/), "Ada");
    await user.type(screen.getByLabelText(/^E-mail/), "ada@example.org");
    expect(screen.queryByLabelText(/^Password/)).toBeNull();
    await user.click(screen.getByRole("button", { name: "Send e-mail" }));
    expect((await screen.findByRole("alert")).textContent).toMatch(
      /^Check your inbox.*was sent to ada@example\.org\./,
    );
  });

  test("is finished with a password by the token of the link", async () => {
    const sent = fakeApi({ ...appApi(), "POST /api/auth/sign-up/finish": {} });
    const { user, router } = await renderApp("/finish-sign-up?token=t1");
    await user.type(screen.getByLabelText(/^New password/), PASSWORD);
    await user.click(screen.getByRole("button", { name: "Create account" }));
    await waitFor(() => expect(router.state.location.pathname).toBe(`/projects/${PROJECT}/checks`));
    expect(sent.find(({ method }) => method === "POST")?.json).toEqual({ token: "t1", password: PASSWORD });
  });

  test("shows a refused password below its field", async () => {
    const errors = [{ field: "password", message: "This password is among the first that are guessed." }];
    fakeApi({ ...appApi(), "POST /api/auth/sign-up/finish": () => problem(400, { detail: "", errors }) });
    const { user } = await renderApp("/finish-sign-up?token=t1");
    await user.type(screen.getByLabelText(/^New password/), "password1234");
    await user.click(screen.getByRole("button", { name: "Create account" }));
    expect(await screen.findByText("This password is among the first that are guessed.")).toBeTruthy();
    expect(screen.queryByRole("alert")).toBeNull();
  });

  test("of the first account asks for the token that was printed", async () => {
    const sent = fakeApi({
      ...appApi(),
      "GET /v1/instance": instance({ setupNeeded: true }),
      "POST /api/auth/sign-up/email": {},
    });
    const { user } = await renderApp("/setup");
    await user.type(screen.getByLabelText(/^Token/), " printed ");
    await user.type(screen.getByLabelText(/^Your name/), "Ada");
    await user.type(screen.getByLabelText(/^E-mail/), "ada@example.org");
    await user.type(screen.getByLabelText(/^Password/), PASSWORD);
    await user.click(screen.getByRole("button", { name: "Create account" }));
    await waitFor(() =>
      expect(sent.find(({ method }) => method === "POST")?.json).toMatchObject({ setupToken: "printed" }),
    );
  });
});

describe("a forgotten password", () => {
  test("is reset by a link that is sent to the address", async () => {
    const sent = fakeApi({ ...appApi(), "POST /api/auth/password-reset": {} });
    const { user } = await renderApp("/forgot-password");
    await user.type(screen.getByLabelText(/^E-mail/), "ada@example.org");
    await user.click(screen.getByRole("button", { name: "Send e-mail" }));
    await screen.findByText("Check your inbox");
    expect(sent.find(({ method }) => method === "POST")?.json).toEqual({ email: "ada@example.org" });
  });

  test("is reset by the operator where the instance has no mail server", async () => {
    fakeApi({ ...appApi(), "GET /v1/instance": instance({ passwordReset: false }) });
    await renderApp("/forgot-password");
    expect(screen.getByText("npm run admin -- user reset --email …")).toBeTruthy();
    expect(screen.queryByRole("textbox")).toBeNull();
  });

  test("shows that a link has expired, and leads to another", async () => {
    const detail = "This link was used already or has expired.";
    fakeApi({ ...appApi(), "POST /api/auth/password-reset/finish": () => problem(400, { detail }) });
    const { user } = await renderApp("/reset-password?token=old");
    await user.type(screen.getByLabelText(/^New password/), PASSWORD);
    await user.click(screen.getByRole("button", { name: "Save password" }));
    expect((await screen.findByRole("alert")).textContent).toContain(detail);
    expect(screen.getByRole("link", { name: "Request another link" })).toBeTruthy();
  });
});

test("an address is confirmed by a button, not by opening the link, which mail scanners do too", async () => {
  const sent = fakeApi({ ...appApi(), "POST /api/auth/verify-address/finish": {} });
  const { user } = await renderApp("/verify-address?token=t1");
  expect(sent.every(({ method }) => method === "GET")).toBe(true);
  await user.click(screen.getByRole("button", { name: "Confirm address" }));
  await waitFor(() => expect(title()).toBe("Your address is confirmed"));
});

describe("an invitation", () => {
  const invitation = {
    id: "v1",
    email: "ada@example.org",
    name: "Home server",
    to: "project",
    invitedBy: "Bob",
    role: "viewer",
    expiresAt: "2026-12-01T00:00:00.000Z",
  };
  const api = () => ({ ...appApi(), "POST /api/auth/invitation": invitation });

  test("is accepted by the person to whom it was sent", async () => {
    fakeApi({ ...api(), "POST /v1/invitations/v1/accept": { projectId: PROJECT } });
    const { user, router } = await renderApp("/invitation?token=t1");
    expect(
      await screen.findByText("Bob invites ada@example.org as a viewer, with view-only access."),
    ).toBeTruthy();
    await user.click(await screen.findByRole("button", { name: "Accept" }));
    await waitFor(() => expect(router.state.location.pathname).toBe(`/projects/${PROJECT}/checks`));
  });

  test("cannot be accepted with another account", async () => {
    fakeApi({ ...api(), "GET /v1/me": { ...ADA, user: { ...ADA.user, email: "eve@example.org" } } });
    await renderApp("/invitation?token=t1");
    expect(await screen.findByText("Another account is signed in")).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Accept" })).toBeNull();
  });

  test("creates an account for a person without one", async () => {
    const sent = fakeApi({
      ...api(),
      "GET /v1/me": signedOut,
      "POST /api/auth/invitation/sign-up": {},
    });
    const { user } = await renderApp("/invitation?token=t1");
    await user.type(await screen.findByLabelText("Your name"), "Ada");
    await user.type(screen.getByLabelText(/^New password/), PASSWORD);
    await user.click(screen.getByRole("button", { name: "Create account and accept" }));
    await waitFor(() =>
      expect(sent.find(({ path }) => path.endsWith("/sign-up"))?.json).toEqual({
        token: "t1",
        name: "Ada",
        password: PASSWORD,
      }),
    );
  });

  test("is declined without an account", async () => {
    fakeApi({ ...api(), "GET /v1/me": signedOut, "POST /api/auth/invitation/decline": {} });
    const { user } = await renderApp("/invitation?token=t1");
    await user.click(await screen.findByRole("button", { name: "Decline" }));
    await waitFor(() => expect(title()).toBe("Invitation declined"));
  });

  test("is offered above the pages too, to be accepted there", async () => {
    fakeApi({
      ...appApi(),
      "GET /v1/invitations": page(invitation),
      "POST /v1/invitations/v1/accept": { projectId: PROJECT },
    });
    const { user } = await renderApp(`/projects/${PROJECT}/checks`);
    await user.click(await screen.findByRole("button", { name: "Accept" }));
    expect(await screen.findByText("You are now a member of “Home server”.")).toBeTruthy();
  });
});

test("a person whose address is not confirmed can request the e-mail again", async () => {
  const me = { ...ADA, user: { ...ADA.user, isVerified: false } };
  fakeApi({ ...appApi(me), "POST /api/auth/verify-address": {} });
  const { user } = await renderApp(`/projects/${PROJECT}/checks`);
  await user.click(await screen.findByRole("button", { name: "Send confirmation e-mail" }));
  expect(await screen.findByText("An e-mail is on its way to ada@example.org.")).toBeTruthy();
});
