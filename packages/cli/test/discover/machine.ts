import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { readFacts } from "../../src/discover/facts.ts";
import { filesBelow } from "../../src/discover/files.ts";
import type { FoundJob } from "../../src/discover/job.ts";
import { findJobs } from "../../src/discover/jobs.ts";

/** A text, a link to another path, or an executable script. */
type Content = string | { link: string } | { script: string };
export type Contents = Readonly<Record<string, Content>>;

/** Writes the files of a machine to a folder of their own, and finds its jobs. */
export function jobsOn(contents: Contents, hosts: readonly string[] = ["overdue.example.org"]): FoundJob[] {
  const root = mkdtempSync(join(tmpdir(), "overdue-discover-"));
  try {
    for (const [path, content] of Object.entries(contents)) write(join(root, path), content);
    const files = filesBelow(root);
    return findJobs({ files, facts: readFacts(files, "web1"), hosts, prefix: "" });
  } finally {
    rmSync(root, { recursive: true });
  }
}

function write(path: string, content: Content): void {
  mkdirSync(dirname(path), { recursive: true });
  if (typeof content === "string") writeFileSync(path, content);
  else if ("link" in content) symlinkSync(content.link, path);
  else {
    writeFileSync(path, content.script);
    chmodSync(path, 0o755);
  }
}
