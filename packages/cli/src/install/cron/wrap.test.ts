import fc from "fast-check";
import { expect, test } from "vitest";

import { type Call, unwrapLine, wrapLine } from "./wrap.ts";

const call: Call = {
  program: ["/usr/bin/node", "/usr/local/bin/overdue"],
  check: "web1-backup",
  create: false,
  shell: "/bin/sh",
};
const own = { hasUser: false, hasInput: true };
const RUN = "/usr/bin/node /usr/local/bin/overdue run --check web1-backup --";

test.each([
  ["0 2 * * * /opt/backup --all", `0 2 * * * ${RUN} /opt/backup --all`],
  ["0  2 * * *\t/opt/backup  # nightly ", `0  2 * * *\t${RUN} /bin/sh -c '/opt/backup  # nightly' `],
  ["@daily cd /srv && ./run", `@daily ${RUN} /bin/sh -c 'cd /srv && ./run'`],
  [
    String.raw`5 4 * * 0 tar czf "/b/$(date +\%F).tgz" 'a b'`,
    String.raw`5 4 * * 0 ${RUN} /bin/sh -c 'tar czf "/b/$(date +\%F).tgz" '\''a b'\'''`,
  ],
  [
    "0 3 * * * mail -s hi ops@example.org%Hello%there",
    `0 3 * * * ${RUN} mail -s hi ops@example.org%Hello%there`,
  ],
  [String.raw`1 1 * * * /opt/report +\%d`, String.raw`1 1 * * * ${RUN} /opt/report +\%d`],
  ["0 0 * * * A=1 /opt/job", `0 0 * * * ${RUN} /bin/sh -c 'A=1 /opt/job'`],
  ["0 0 * * * umask 077", `0 0 * * * ${RUN} /bin/sh -c 'umask 077'`],
])("%s is wrapped, and comes back byte for byte", (line, wrapped) => {
  expect(wrapLine(line, own, call)).toBe(wrapped);
  expect(unwrapLine(wrapped, own)).toBe(line);
});

test("the user's column and the shell of the crontab stay what they are", () => {
  const line = "17 * * * * root  [ -x /usr/bin/x ] && x";
  const dialect = { hasUser: true, hasInput: true };
  const wrapped = wrapLine(line, dialect, { ...call, shell: "/bin/bash", create: true });
  expect(wrapped).toBe(
    "17 * * * * root  /usr/bin/node /usr/local/bin/overdue run --check web1-backup --create -- /bin/bash -c '[ -x /usr/bin/x ] && x'",
  );
  expect(unwrapLine(wrapped ?? "", dialect)).toBe(line);
});

test("BusyBox knows no percent sign, so that all of the line is the command", () => {
  const busybox = { hasUser: false, hasInput: false };
  const wrapped = wrapLine("0 2 * * * date +%F", busybox, call);
  expect(wrapped).toBe(`0 2 * * * ${RUN} date +%F`);
  expect(unwrapLine(wrapped ?? "", busybox)).toBe("0 2 * * * date +%F");
});

test.each([
  "0 2 * * * overdue run --check a --timeout 5m -- /opt/x",
  "0 2 * * * overdue run --check a -- /bin/sh -c '/opt/x'",
  "0 2 * * * /opt/x",
])("%s is no line that install writes, so uninstall leaves it alone", (line) => {
  expect(unwrapLine(line, own)).toBeNull();
});

test("whatever the command is, its line comes back byte for byte", () => {
  const characters = fc.constantFrom(..."ab /\\%'\"$(){}&|;<>=#~*?!`-\t\u00e9".split(""));
  const command = fc
    .array(characters, { minLength: 1, maxLength: 30 })
    .map((each) => each.join(""))
    .filter((text) => /^[^\s%]/.test(text));
  fc.assert(
    fc.property(command, fc.boolean(), fc.boolean(), (text, hasUser, hasInput) => {
      const dialect = { hasUser, hasInput };
      const line = `*/5 * * * * ${hasUser ? "root " : ""}${text}`;
      const wrapped = wrapLine(line, dialect, call);
      expect(wrapped).not.toBeNull();
      expect(unwrapLine(wrapped ?? "", dialect)).toBe(line);
    }),
    { numRuns: 3_000 },
  );
});
