import { expect, test } from "vitest";

import { exitEvidence, explainExit } from "./evidence-text.ts";
import { factTexts } from "./facts-text.ts";

test("facts read in the order in which they help, and what is not known comes last by its own name", () => {
  const facts = {
    newer: 7,
    host: "db1",
    cpuUserMs: 1_500,
    cpuSystemMs: 500,
    maxMemoryBytes: 52_428_800,
    timedOutAfterMs: 120_000,
    bootId: "b",
  };
  expect(factTexts(facts)).toEqual([
    { label: "Stopped", text: "at its time limit of 2 min" },
    { label: "Processor time", text: "2 s" },
    { label: "Most memory", text: "50 MiB" },
    { label: "Host name", text: "db1" },
    { label: "newer", text: "7" },
  ]);
});

test("a job that the kernel killed for want of memory ran out of memory, whatever its status says", () => {
  expect(explainExit(137, exitEvidence({ oomKill: "group" }))?.title).toBe("killed: out of memory");
  // Another process may have been the victim: that is a hint, and no cause.
  expect(explainExit(137, exitEvidence({ oomKill: "machine" }))?.title).toBe("killed (SIGKILL)");
  expect(explainExit(143, exitEvidence({ systemdResult: "timeout" }))?.title).toBe("stopped: took too long");
});
