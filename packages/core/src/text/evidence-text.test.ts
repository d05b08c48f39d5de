import { expect, test } from "vitest";
import { exitStatusText, explainExit } from "./evidence-text.ts";

test.each([
  [0, null],
  [null, null],
  [1, "failed (status 1)"],
  [42, "failed with status 42"],
  [124, "stopped: took too long"],
  [126, "command cannot be run"],
  [127, "command not found"],
  [130, "interrupted (SIGINT)"],
  [134, "aborted (SIGABRT)"],
  [137, "killed (SIGKILL)"],
  [139, "crashed (SIGSEGV)"],
  [143, "asked to stop (SIGTERM)"],
  [192, "failed with status 192"],
  [255, "failed (status 255)"],
])("the exit status %s means: %s", (status, title) => {
  expect(explainExit(status)?.title ?? null).toBe(title);
});

test("137 points to memory, and 127 to the path", () => {
  expect(explainExit(137)?.hint).toContain("out of memory");
  expect(explainExit(127)?.hint).toContain("PATH");
});

test.each([
  [{ kubernetesReason: "OOMKilled" }, 137, "killed: out of memory"],
  [{ systemdResult: "oom-kill" }, 9, "killed: out of memory"],
  [{ systemdResult: "timeout" }, 143, "stopped: took too long"],
  [{ systemdResult: "exit-code" }, 127, "command not found"],
  [{ kubernetesReason: "Error" }, 143, "asked to stop (SIGTERM)"],
  [{ kubernetesReason: "OOMKilled" }, null, "killed: out of memory"],
])("%o goes before the status %s: %s", (evidence, status, title) => {
  expect(explainExit(status, evidence)?.title).toBe(title);
});

test.each([
  [0, "0"],
  [1, "1"],
  [3, "3"],
  [127, "127, command not found"],
  [137, "137, killed (SIGKILL)"],
])("the exit status %i is shown as “%s”", (status, shown) => {
  expect(exitStatusText(status)).toBe(shown);
});
