import { expect, test } from "vitest";
import { VARIABLES } from "./variables.ts";

test("docs/configuration.md says what the program reads", async () => {
  await expect(configurationPage()).toMatchFileSnapshot("../../../docs/configuration.md");
});

/** The page docs/configuration.md, made from the table that the program itself reads. */
function configurationPage(): string {
  const rows = Object.entries(VARIABLES).map(
    ([name, { without, text }]) => `| \`${name}\` | ${text} | ${without} |`,
  );
  return [...HEAD, ...rows, ...FOOT].join("\n");
}

const HEAD = [
  "# Configuration",
  "",
  "```sh",
  "PUBLIC_URL=https://overdue.example.org SMTP_URL=smtp://mail.example.org:587 npm start",
  "```",
  "",
  "Overdue is configured by environment variables. All of them may be left out.",
  "A value that is malformed, or a name that looks like one of these and is not, stops the start with a sentence that names it.",
  "A variable that is set to nothing counts as not set.",
  "",
  "| variable | what it says | when it is not set |",
  "| --- | --- | --- |",
];

const FOOT = [
  "",
  "Lists are written with commas. `BOOTSTRAP_*` act once, on a database without any account; later starts leave what is there as it is.",
  "",
  "What `SMTP_URL` says itself goes before `SMTP_TLS` and `SMTP_EHLO`: `?ignoreTLS=true`, `?requireTLS=true`, `?tls.rejectUnauthorized=false`, `?name=host`.",
  "Authorities of your own for channels that speak HTTPS (a Gotify, ntfy or Matrix of your own, a webhook): Node's variable `NODE_EXTRA_CA_CERTS`, a PEM file, set where Overdue is started; it holds for the mail server as well.",
  "",
  "This page is made from `packages/config/src/variables.ts`; a test holds the two equal, and `npx vitest run --project core packages/config -u` writes it anew.",
  "",
];
