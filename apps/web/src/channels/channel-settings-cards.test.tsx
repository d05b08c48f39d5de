// @vitest-environment happy-dom
import { screen, waitFor } from "@testing-library/react";
import { describe, expect, test, vi } from "vitest";

import { fakeApi, problem } from "../../test/fake-api.ts";
import { aChannel, CHANNEL_KINDS, PROJECT } from "../../test/fixtures.ts";
import { renderPart } from "../../test/render.tsx";
import {
  digestChoices,
  digestText,
  groupingText,
  GroupingSettings,
  ReliabilitySettings,
} from "./channel-settings-cards.tsx";

test.each([
  [0, "immediately"],
  [10, "collected for 10 minutes"],
  [60, "collected for an hour"],
  [90, "collected for 90 minutes"],
  [1_440, "collected for 24 hours"],
])("a digest length of %i minutes reads: %s", (minutes, text) => {
  expect(digestText(minutes)).toBe(text);
});

test.each([
  [null, "default of its kind"],
  [true, "one message"],
  [false, "separate messages"],
])("the grouping %s reads: %s", (groups, text) => {
  expect(groupingText(groups)).toBe(text);
});

test("a digest length that was set through the API is offered in its place among the others", () => {
  expect(digestChoices(7)).toEqual([0, 5, 7, 10, 15, 30, 60, 120, 240, 480, 720, 1_440]);
});

const PATH = `/v1/projects/${PROJECT}/channels/ops`;

describe("a setting of a channel", () => {
  test("is saved as soon as it is chosen", async () => {
    const saved = aChannel({ collectMinutes: 60, version: 2 });
    const sent = fakeApi({ [`PATCH ${PATH}`]: saved });
    const onSaved = vi.fn();
    const { user } = await renderPart(
      <GroupingSettings projectId={PROJECT} channel={aChannel()} onSaved={onSaved} />,
    );
    await user.selectOptions(screen.getByLabelText("Send messages"), "collected for an hour");
    await waitFor(() => expect(onSaved).toHaveBeenCalledWith(saved));
    expect(sent.at(-1)?.json).toEqual({ collectMinutes: 60 });
  });

  test("shows the error where the server refuses it, and keeps its value", async () => {
    fakeApi({ [`PATCH ${PATH}`]: () => problem(403, { detail: "A file manages this channel." }) });
    const { user } = await renderPart(
      <ReliabilitySettings projectId={PROJECT} channel={aChannel()} onSaved={vi.fn()} />,
    );
    await user.click(screen.getByRole("switch", { name: /^Fallback channel/ }));
    expect((await screen.findByRole("alert")).textContent).toContain("A file manages this channel.");
    expect(screen.getByRole<HTMLInputElement>("switch", { name: /^Fallback/ }).checked).toBe(false);
  });

  test("for related alerts names the default of its kind", async () => {
    fakeApi({ "GET /v1/channel-kinds": { items: CHANNEL_KINDS } });
    await renderPart(<GroupingSettings projectId={PROJECT} channel={aChannel()} onSaved={vi.fn()} />);
    expect(await screen.findByRole("option", { name: "default of its kind: one message" })).toBeTruthy();
  });

  test("for reliability shows when a message was delivered last, and until when the channel is paused", async () => {
    const channel = aChannel({ restsUntil: "2999-11-20T13:00:00.000Z" });
    await renderPart(<ReliabilitySettings projectId={PROJECT} channel={channel} onSaved={vi.fn()} />);
    expect(screen.getByText(/Last delivery: none yet; send a test\./).textContent).toMatch(
      /It is paused after several errors until Wed 20 Nov 2999, /,
    );
  });
});
