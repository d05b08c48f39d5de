import { expect, test } from "vitest";

import { ownPath } from "./own-path.ts";

const OURS = "https://overdue.example.org";

const FOREIGN = [
  ..."// /// //// /\\ \\/ \\\\ /%09/ /%0a/ /%0d/ /%5c /%2f /%2F%2F /.// /..// /;// /?//\\"
    .split(" ")
    .map((start) => `${start}evil.example`),
  ..."http: https: HTTPS: https:/ https:// https:/// https:\\ ftp:// javascript: data: //user@ //a:b@ blob: file://"
    .split(" ")
    .map((start) => `${start}evil.example`),
  ...["\t", "\r", "\n", " ", "\u0000", "\u200b", "\uff0f", "\u2215", "\u3002", "\u2044"].flatMap((mark) => [
    `/${mark}/evil.example`,
    `${mark}//evil.example`,
  ]),
  ..."/@evil.example /a@evil.example /#//evil.example /<script> /'x /\"x /a:b /a*b /(a) /a|b".split(" "),
  "evil.example",
  "",
  "?to=//evil.example",
];

test("what could lead to another site leads to the start", () => {
  expect(FOREIGN.length).toBeGreaterThanOrEqual(60);
  for (const wanted of FOREIGN) {
    const path = ownPath(wanted, OURS);
    const url = new URL(path, OURS);
    expect([wanted, url.origin]).toEqual([wanted, OURS]);
    expect([wanted, decodeURIComponent(path).includes("//")]).toEqual([wanted, false]);
  }
});

test.each([
  "/",
  "/projects/0195f1c2/checks",
  "/account",
  "/projects/a/checks?status=down&tag=db%20x",
  "/a.b/c_d-e",
])("%s is a page of ours", (path) => {
  expect(ownPath(path, OURS)).toBe(path);
});
