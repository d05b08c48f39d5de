// @vitest-environment happy-dom
import { screen, within } from "@testing-library/react";
import { expect, test } from "vitest";

import { aChannelKind, CHANNEL_KINDS } from "../../test/fixtures.ts";
import { renderPart } from "../../test/render.tsx";
import { AddChannel, filterKinds } from "./channels-page.tsx";

const names = (typed: string) => filterKinds(CHANNEL_KINDS, typed).map(({ kind }) => kind);

test.each([
  ["", CHANNEL_KINDS.map(({ kind }) => kind)],
  ["victorops", ["splunk-on-call"]],
  ["MICROSOFT teams", ["teams"]],
  ["twilio", ["sms", "call"]],
  ["carrier pigeon", []],
])("searching for %j finds the kinds %j", (typed, found) => {
  expect(names(typed)).toEqual(found);
});

test("every kind of channel leads to a form of its own", async () => {
  await renderPart(<AddChannel projectId="p1" kinds={CHANNEL_KINDS} />);
  const targets = screen.getAllByRole("link").map((link) => link.getAttribute("href") ?? "");
  const forms = CHANNEL_KINDS.map(({ kind }) => `/projects/p1/channels/new/${kind}`);
  expect(new Set(targets)).toEqual(new Set(forms));
  expect(targets).toHaveLength(forms.length);
});

test("a search leaves only the groups in which a kind was found", async () => {
  const { user } = await renderPart(<AddChannel projectId="p1" kinds={CHANNEL_KINDS} />);
  await user.type(screen.getByRole("searchbox"), "victorops");
  expect(screen.getAllByRole("heading", { level: 3 }).map(({ textContent }) => textContent)).toEqual([
    "On-call services",
  ]);
  expect(within(screen.getByRole("region", { name: "On-call services" })).getAllByRole("link")).toHaveLength(
    1,
  );
});

test("a search without a result points to webhooks", async () => {
  const { user } = await renderPart(<AddChannel projectId="p1" kinds={CHANNEL_KINDS} />);
  await user.type(screen.getByRole("searchbox"), "carrier pigeon");
  expect(screen.getByRole("status").textContent).toContain("A webhook reaches anything that speaks HTTP.");
});

test("e-mail says what the operator must set before anybody chooses it", async () => {
  const email = { ...aChannelKind("email"), warning: "The operator must set SMTP_URL." };
  await renderPart(<AddChannel projectId="p" kinds={[email]} />);
  expect(screen.getByRole("link", { name: /^E-mail.*SMTP_URL/ })).toBeDefined();
});
