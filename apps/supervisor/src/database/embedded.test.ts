import { expect, test } from "vitest";

import { settingsFor } from "./embedded.ts";

const GIGABYTE = 1024 ** 3;

test.each([
  ["a small machine", 1, 10, ["128MB", "1024MB"]],
  ["one for a hundred thousand checks", 8, 60, ["1024MB", "2048MB"]],
  ["a large one", 256, 4_000, ["4096MB", "2048MB"]],
])("the embedded server takes of %s what it can spare", (_, memory, disk, [buffers, log]) => {
  const settings = settingsFor({ memoryBytes: memory * GIGABYTE, diskBytes: disk * GIGABYTE });
  expect(settings).toEqual([`shared_buffers=${buffers}`, `max_wal_size=${log}`, "checkpoint_timeout=15min"]);
});
