// @vitest-environment happy-dom
import { screen, waitFor } from "@testing-library/react";
import { describe, expect, test } from "vitest";

import { ADA, appApi } from "../../test/app-api.ts";
import { fakeApi } from "../../test/fake-api.ts";
import { aCheck, CHECK, PROJECT } from "../../test/fixtures.ts";
import { renderApp } from "../../test/render.tsx";

const PATH = `/v1/projects/${PROJECT}`;
const START = `/projects/${PROJECT}/start`;

/** The app of a project whose only check has this state; `warnings`: what the operator must set before e-mail works. */
function answersFor(
  check: Partial<ReturnType<typeof aCheck>>,
  warnings: { message: string }[] = [],
  me = ADA,
) {
  const pingUrl = "https://overdue.example/ping/3f1c6a52";
  const created = aCheck({
    pingUrl,
    pingCount: 0,
    lastHeardAt: null,
    lastStartAt: null,
    channelIds: [],
    ...check,
  });
  return fakeApi({
    ...appApi(me),
    [`POST ${PATH}/checks`]: { ...created, warnings: [] },
    [`GET ${PATH}/checks/${CHECK}`]: created,
    [`POST ${PATH}/channels/warnings`]: { items: warnings.map(({ message }) => ({ field: null, message })) },
    [`POST ${PATH}/channels`]: {},
  });
}

test("a newcomer chooses a kind of job, and gets a check and the snippet for it", async () => {
  const sent = answersFor({});
  const { user } = await renderApp(START);
  await user.click(await screen.findByRole("button", { name: /A backup script/ }));
  await screen.findByRole("heading", { name: "Watch a backup script" });
  expect(sent.find(({ method, path }) => method === "POST" && path.endsWith("/checks"))?.json).toMatchObject({
    name: "nightly backup",
    severity: "critical",
    schedule: { kind: "cron", expression: "30 2 * * *" },
  });
  expect((await screen.findByLabelText("Shell script snippet")).textContent).toContain(
    "/usr/local/bin/job.sh",
  );
});

describe("the first minutes", () => {
  const at = `${START}?check=${CHECK}&watch=backup`;

  test.each([
    [{}, /^Listening… This line changes by itself when the first ping comes\.$/],
    [{ pingCount: 1, lastHeardAt: "2026-11-20T12:00:00Z" }, /^The first ping came: .* It works\.$/],
    [
      { pingCount: 2, lastHeardAt: "2026-11-20T12:00:00Z", status: "down" as const },
      /^2 pings came, the last: .* It said that the job failed, so an alert goes out\.$/,
    ],
  ])("say of a check with %j what has been heard of it", async (check, sentence) => {
    answersFor(check);
    await renderApp(at);
    await waitFor(() =>
      expect(screen.getAllByRole("status").map(({ textContent }) => textContent)).toContainEqual(
        expect.stringMatching(sentence),
      ),
    );
  });

  test("say that the owners get e-mails until a channel is chosen, and make one by one click", async () => {
    const sent = answersFor({});
    const { user } = await renderApp(at);
    await screen.findByText(/alerts of this check go by e-mail to the project's owners only/);
    await user.click(await screen.findByRole("button", { name: "Send e-mails to ada@example.org" }));
    await waitFor(() =>
      expect(sent.find(({ method, path }) => method === "POST" && path.endsWith("/channels"))?.json).toEqual({
        kind: "email",
        name: "ada@example.org",
        settings: { to: "ada@example.org" },
        checkIds: [CHECK],
      }),
    );
  });

  test("say before anything is chosen that e-mail needs a mail server", async () => {
    answersFor({}, [{ message: "No mail server is set." }]);
    await renderApp(at);
    await screen.findByText("No mail server is set. Or choose another way.");
    expect(screen.getByText(/it would show on the page and reach nobody/)).toBeTruthy();
    expect(
      screen.getByRole<HTMLButtonElement>("button", { name: "Send e-mails to ada@example.org" }).disabled,
    ).toBe(true);
  });

  test("ask the operator of the instance, and nobody else, to set what is missing", async () => {
    const message = "No mail server is set: the operator must set SMTP_URL.";
    answersFor({}, [{ message }], { ...ADA, isOperator: true });
    await renderApp(at);
    const sentence = "No mail server is set: set SMTP_URL and start Overdue again. Or choose another way.";
    expect(await screen.findByText(sentence)).toBeTruthy();
  });

  test("go on after the name or the time was changed", async () => {
    answersFor({});
    const { user, router } = await renderApp(at);
    await user.click(await screen.findByRole("link", { name: "Change the name or the time" }));
    await user.click(await screen.findByRole("button", { name: "Cancel" }));
    await screen.findByRole("heading", { name: "Watch a backup script" });
    expect(router.state.location.search).toEqual({ check: CHECK, watch: "backup" });
  });
});
