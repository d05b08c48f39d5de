import { expect, test } from "vitest";

import { mailWarning } from "./warnings.ts";

test("the mail catcher of docker-compose.yml is named as one that sends nothing", () => {
  expect(mailWarning({ smtpUrl: "smtp://mail:1025" })).toBe(
    "All mail goes to the mail catcher mail:1025, which shows it and sends none: alerts by e-mail reach nobody. Set SMTP_URL to a real mail server.",
  );
});

test.each([null, "smtp://127.0.0.1:1025", "smtp://mail", "smtps://user:pass@mail.example.org:465"])(
  "%s is no catcher: a bridge to a real mailbox may listen on such a port",
  (smtpUrl) => expect(mailWarning({ smtpUrl })).toBeNull(),
);
