import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";

const LINES: [string, object][] = [
  [
    '{"kind":"cron","expr":"30 3 * * *","tz":"Europe/Riga","after":"2026-03-28T12:00:00Z","count":2}',
    { next: ["2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"] },
  ],
  [
    '{"kind":"oncalendar","expr":"hourly","tz":"Europe/Riga","after":"2026-10-25T00:00:01Z","count":1}',
    { next: ["2026-10-25T02:00:00Z"] },
  ],
  [
    '{"kind":"oncalendar","expr":"2199-07-01","tz":"America/New_York","after":"2026-10-25T00:00:01Z"}',
    { next: ["2199-07-01T04:00:00Z"] },
  ],
  [
    '{"kind":"oncalendar","expr":"2020-01-01","tz":"UTC","after":"2026-01-01T00:00:00Z","count":3}',
    { next: [] },
  ],
  ['{"kind":"interval","expr":3600,"after":"2026-01-01T00:00:00Z"}', { next: ["2026-01-01T01:00:00Z"] }],
  ['{"kind":"cron","expr":"0 0 30 2 *","after":"2026-01-01T00:00:00Z"}', refusal(/No month/)],
  [
    '{"kind":"oncalendar","expr":"Fri *-06/5-21","tz":"Europe/Berlin","after":"2026-01-01T00:00:00Z"}',
    refusal(/timer would never run/),
  ],
  [
    '{"kind":"cron","expr":"* * * * *","tz":"Mars/Base","after":"2026-01-01T00:00:00Z"}',
    refusal(/no time zone/),
  ],
  ["", refusal(/not JSON/)],
  ["hello", refusal(/not JSON/)],
  ["[]", refusal(/object/)],
];

test("`npm run schedule` answers each line of JSON with one", () => {
  const input = LINES.map(([line]) => `${line}\n`).join("");
  const { stdout, status } = spawnSync(process.execPath, ["scripts/schedule.ts"], {
    input,
    encoding: "utf8",
  });
  expect(status).toBe(0);
  const answers: unknown[] = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(answers).toEqual(LINES.map(([, answer]) => answer));
});

function refusal(sentence: RegExp): object {
  return { error: expect.stringMatching(sentence) };
}
