import { expect, test } from "vitest";

import { toOperator } from "./operator-text.ts";

test.each([
  [
    "No mail server is set: the operator must set SMTP_URL.",
    "No mail server is set: set SMTP_URL and start Overdue again.",
  ],
  [
    "No mail server is set: the operator must set SMTP_URL. Until then no report is sent.",
    "No mail server is set: set SMTP_URL and start Overdue again. Until then no report is sent.",
  ],
  [
    "Telegram does not know the bot of this instance: the operator must correct TELEGRAM_BOT_TOKEN. (401)",
    "Telegram does not know the bot of this instance: correct TELEGRAM_BOT_TOKEN and start Overdue again. (401)",
  ],
  [
    "The address is private. The operator can allow its network with ALLOW_PRIVATE_NETWORKS.",
    "The address is private. Allow its network with ALLOW_PRIVATE_NETWORKS and start Overdue again.",
  ],
  ["The address answered 500.", "The address answered 500."],
])("an operator reads what to do, not that somebody else must do it: %s", (sentence, read) => {
  expect(toOperator(sentence)).toBe(read);
});
