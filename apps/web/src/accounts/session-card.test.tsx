// @vitest-environment happy-dom
import { screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";

import { fakeApi } from "../../test/fake-api.ts";
import { renderPart } from "../../test/render.tsx";
import { SessionCard } from "./session-card.tsx";

const SESSIONS = "/v1/me/sessions";
const startedAt = "2026-11-20T12:00:00.000Z";
const here = { id: "here", device: "Firefox on Linux", address: "192.0.2.1", startedAt, isCurrent: true };
const phone = { ...here, id: "phone", device: "Chrome on Android", isCurrent: false };

test("each other session can be ended by itself, and one's own is only marked", async () => {
  const sent = fakeApi({ [`GET ${SESSIONS}`]: { items: [here, phone] }, [`DELETE ${SESSIONS}/phone`]: {} });
  const { user } = await renderPart(<SessionCard />);
  await screen.findByText("this one");
  expect(screen.queryByRole("button", { name: "Sign out Firefox on Linux" })).toBeNull();
  await user.click(screen.getByRole("button", { name: "Sign out Chrome on Android" }));
  await vi.waitFor(() => expect(sent.some(({ path }) => path.endsWith("/phone"))).toBe(true));
});

test("a single session is not offered to be signed out elsewhere", async () => {
  fakeApi({ [`GET ${SESSIONS}`]: { items: [here] } });
  await renderPart(<SessionCard />);
  await screen.findByText("this one");
  expect(screen.queryByRole("button", { name: "Sign out everywhere else" })).toBeNull();
});
