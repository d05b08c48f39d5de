import { describe, expect, test } from "vitest";

import { composeAlert, plainText } from "../message/compose.ts";
import { downFacts, HOSTILE_TEXTS, hostileFacts, PUBLIC_URL, upFacts } from "../message/samples.ts";
import { renderEmail } from "./render.ts";

const STOP = "https://overdue.example.org/unsubscribe?channel=c";

test("a down has its title as subject, and both parts carry every line", async () => {
  const message = composeAlert(downFacts, PUBLIC_URL);
  const mail = await renderEmail(message, STOP);
  expect(mail.subject).toBe("nightly backup is down");
  expect(mail.text).toBe(`${plainText(message)}\n\nNo more mails to this address: ${STOP}`);
  const shown = mail.html.replaceAll(/<!--.*?-->/g, "");
  for (const { value } of message.lines) expect(shown).toContain(value);
  expect(shown).toContain("saved 12 GB");
  expect(shown).toContain(`href="${message.link}"`);
});

test("what can be done about it stands in both parts", async () => {
  const actions = [{ act: "acknowledge", label: "Acknowledge", url: "https://o.test/incidents/act?a=1&b=2" }];
  const mail = await renderEmail(composeAlert(downFacts, PUBLIC_URL, actions), STOP);
  expect(mail.html).toContain('href="https://o.test/incidents/act?a=1&amp;b=2"');
  expect(mail.text).toContain("Acknowledge: https://o.test/incidents/act?a=1&b=2");
});

test("an up that may repeat says so in its subject", async () => {
  const mail = await renderEmail(composeAlert({ ...upFacts, uncertain: true }, PUBLIC_URL), STOP);
  expect(mail.subject).toBe("nightly backup is up again (may repeat #00a1b2)");
});

describe.each(HOSTILE_TEXTS.map((hostile, index) => ({ hostile, index })))(
  "hostile text $index",
  ({ hostile }) => {
    test("is escaped in the HTML and kept out of the headers", async () => {
      const { html, subject } = await renderEmail(composeAlert(hostileFacts(hostile), PUBLIC_URL), STOP);
      expect(html).not.toMatch(/<script|<img|href="https:\/\/evil/);
      expect(subject).not.toMatch(/[\r\n]/);
      expect(subject.length).toBeLessThanOrEqual(180);
    });
  },
);
