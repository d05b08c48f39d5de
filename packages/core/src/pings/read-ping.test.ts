import { expect, test } from "vitest";

import type { PingKind } from "../checks/event.ts";
import { type MailText, type PingFilter, readMail, readPing } from "./read-ping.ts";

const plain: PingFilter = {
  methods: "",
  filterSubject: false,
  filterBody: false,
  filterHttpBody: false,
  filterDefaultFail: false,
  startKeywords: "",
  successKeywords: "",
  failureKeywords: "",
};
const keywords: PingFilter = {
  ...plain,
  filterHttpBody: true,
  startKeywords: "BEGIN",
  successKeywords: "OK, done",
  failureKeywords: "ERROR",
};

const cases: [string, PingFilter, Partial<Parameters<typeof readPing>[1]>, string, PingKind][] = [
  ["a plain ping is what its URL says", plain, { kind: "start" }, "", "start"],
  ["exit status 0 is a success", plain, { exitStatus: 0 }, "", "success"],
  ["exit status 3 is a failure", plain, { exitStatus: 3 }, "", "fail"],
  ["a bot's ping stays ignored", plain, { kind: "ignored", exitStatus: 3 }, "", "ignored"],
  ["GET is ignored where only POST counts", { ...plain, methods: "POST" }, { method: "GET" }, "", "ignored"],
  ["POST counts where only POST counts", { ...plain, methods: "POST" }, { method: "POST" }, "", "success"],
  ["a failure keyword beats a success keyword", keywords, {}, "OK but ERROR", "fail"],
  ["a success keyword beats /fail", keywords, { kind: "fail" }, "all done", "success"],
  ["a success keyword beats an exit status", keywords, { exitStatus: 2 }, "OK", "success"],
  ["a start keyword starts", keywords, {}, "BEGIN", "start"],
  ["keywords are case-sensitive", keywords, {}, "ok", "ignored"],
  ["no keyword: ignored", keywords, { kind: "log" }, "", "ignored"],
  ["no keyword: fail where the check says so", { ...keywords, filterDefaultFail: true }, {}, "", "fail"],
];

test.each(cases)("%s", (_, reading, ping, text, expected) => {
  const mentions = (keyword: string) => text.includes(keyword);
  expect(
    readPing(reading, { kind: "success", method: "GET", exitStatus: null, mentions, ...ping }).kind,
  ).toBe(expected);
});

const mailCases: [string, Partial<PingFilter>, Partial<MailText>, PingKind][] = [
  ["a mail is a success", {}, { subject: "ERROR" }, "success"],
  [
    "the filter of HTTP bodies does not concern mails",
    { filterHttpBody: true },
    { plain: "ERROR" },
    "success",
  ],
  ["that only POST counts does not concern mails", { methods: "POST" }, {}, "success"],
  ["a keyword in the subject", { filterSubject: true }, { subject: "Backup: ERROR" }, "fail"],
  ["the subject alone is searched", { filterSubject: true }, { subject: "x", plain: "ERROR" }, "ignored"],
  ["a keyword in the plain part", { filterBody: true }, { plain: "it is done" }, "success"],
  ["a keyword in the HTML part", { filterBody: true }, { html: "BEGIN" }, "start"],
  ["the body alone is searched", { filterBody: true }, { subject: "OK", plain: "x" }, "ignored"],
  [
    "both: failure comes first wherever it stands",
    { filterSubject: true, filterBody: true },
    { subject: "OK", html: "ERROR" },
    "fail",
  ],
  [
    "no keyword: fail where the check says so",
    { filterSubject: true, filterDefaultFail: true },
    { subject: "x" },
    "fail",
  ],
  [
    "a keyword does not run over from subject to body",
    { filterSubject: true, filterBody: true },
    { subject: "ER", plain: "ROR" },
    "ignored",
  ],
];

test.each(mailCases)("%s", (_, changed, mail, expected) => {
  const reading = { ...keywords, filterHttpBody: false, ...changed };
  expect(readMail(reading, { subject: "", plain: "", html: "", ...mail }).kind).toBe(expected);
});
