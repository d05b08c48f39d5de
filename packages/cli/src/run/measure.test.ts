import { expect, test } from "vitest";

import { unitIn } from "../report/facts.ts";
import { memoryGroup } from "./measure.ts";

const having = (...paths: string[]) => ({ exists: (path: string) => paths.includes(path) });

test("a unit's own control group is measured by its own files", () => {
  const { exists } = having(
    "/sys/fs/cgroup/system.slice/b.service/memory.events",
    "/sys/fs/cgroup/system.slice/b.service/memory.peak",
  );
  expect(memoryGroup("0::/system.slice/b.service\n", exists)).toEqual({
    events: "/sys/fs/cgroup/system.slice/b.service/memory.events",
    peak: "/sys/fs/cgroup/system.slice/b.service/memory.peak",
  });
});

test("in a container whose path is the machine's, the files of the mount are its own", () => {
  const { exists } = having("/sys/fs/cgroup/memory.events", "/sys/fs/cgroup/memory.peak");
  expect(memoryGroup("0::/kubepods/pod1/abc\n", exists)).toMatchObject({
    events: "/sys/fs/cgroup/memory.events",
  });
});

test("version 1 of control groups counts kills, too, and the machine's own group is no peak of a job", () => {
  const { exists } = having(
    "/sys/fs/cgroup/memory/memory.oom_control",
    "/sys/fs/cgroup/memory/memory.max_usage_in_bytes",
  );
  expect(memoryGroup("4:memory:/\n3:cpuset:/\n0::/\n", exists)).toEqual({
    events: "/sys/fs/cgroup/memory/memory.oom_control",
  });
});

test("where no group counts memory, none is measured", () => {
  expect(memoryGroup("0::/\n", () => false)).toBeNull();
});

test("the unit is the last service in the path of the control group", () => {
  expect(unitIn("0::/system.slice/backup.service\n")).toBe("backup.service");
  expect(unitIn("0::/user.slice/user-1000.slice/user@1000.service/app.slice/job.service\n")).toBe(
    "job.service",
  );
  expect(unitIn("0::/\n")).toBeNull();
});
