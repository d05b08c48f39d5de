// @vitest-environment happy-dom
import { screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { fakeApi, page, problem } from "../../test/fake-api.ts";
import { PROJECT } from "../../test/fixtures.ts";
import { renderPart } from "../../test/render.tsx";
import { SlackLink } from "./slack-link.tsx";
import { TelegramLink } from "./telegram-link.tsx";

const TELEGRAM = `/v1/projects/${PROJECT}/telegram-links`;
const SLACK = `/v1/projects/${PROJECT}/slack-links`;
const link = {
  id: "l1",
  link: "https://t.me/overdue_bot?start=code",
  groupLink: "https://t.me/overdue_bot?startgroup=code",
  command: "/start code",
};

describe("linking a Telegram chat", () => {
  beforeEach(() => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  async function begin(states: string[]) {
    const done = vi.fn();
    const sent = fakeApi({
      [`POST ${TELEGRAM}`]: link,
      [`GET ${TELEGRAM}/l1`]: () => ({ id: "l1", state: states.length > 1 ? states.shift() : states[0] }),
      [`GET /v1/projects/${PROJECT}/channels`]: page(),
    });
    const { user } = await renderPart(<TelegramLink projectId={PROJECT} done={done} />);
    await user.click(screen.getByRole("button", { name: "Link a chat" }));
    return { user, done, sent };
  }

  test("offers a private chat, a group, and the command for a group that has the bot already", async () => {
    await begin(["waiting"]);
    expect((await screen.findByRole("link", { name: "Open a private chat" })).getAttribute("href")).toBe(
      link.link,
    );
    expect(screen.getByRole("link", { name: "Add it to a group" }).getAttribute("href")).toBe(link.groupLink);
    expect(screen.getByLabelText("the command").textContent).toBe("/start code");
  });

  test("continues by itself once the chat has sent the code", async () => {
    const { done } = await begin(["waiting", "linked"]);
    await screen.findByText(/Waiting for the chat/);
    expect(done).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(2_500);
    await waitFor(() => expect(done).toHaveBeenCalled());
  });

  test("offers a new code after the first one has expired", async () => {
    const { user, sent } = await begin(["expired"]);
    await user.click(await screen.findByRole("button", { name: "Create a new code" }));
    await waitFor(() => expect(sent.filter(({ method }) => method === "POST")).toHaveLength(2));
  });

  test("shows why no code could be created", async () => {
    fakeApi({ [`POST ${TELEGRAM}`]: () => problem(409, { detail: "This instance has no Telegram bot." }) });
    const { user } = await renderPart(<TelegramLink projectId={PROJECT} done={vi.fn()} />);
    await user.click(screen.getByRole("button", { name: "Link a chat" }));
    expect((await screen.findByRole("alert")).textContent).toContain("This instance has no Telegram bot.");
  });
});

describe("returning from Slack", () => {
  test("continues once the channel exists", async () => {
    const done = vi.fn();
    fakeApi({
      [`GET ${SLACK}/l1`]: { id: "l1", state: "linked", problem: null },
      [`GET /v1/projects/${PROJECT}/channels`]: page(),
    });
    await renderPart(<SlackLink projectId={PROJECT} linkId="l1" done={done} />);
    await waitFor(() => expect(done).toHaveBeenCalled());
  });

  test("says why the channel was not added, and offers another attempt", async () => {
    const problem = "The app was not allowed to post into this channel.";
    fakeApi({ [`GET ${SLACK}/l1`]: { id: "l1", state: "failed", problem } });
    await renderPart(<SlackLink projectId={PROJECT} linkId="l1" done={vi.fn()} />);
    expect((await screen.findByRole("alert")).textContent).toContain(problem);
    expect(screen.getByRole("button", { name: "Add to Slack again" })).toBeTruthy();
  });
});
