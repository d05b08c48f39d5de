import { existsSync, writeFileSync } from "node:fs";

/** A clock that a process is given instead of the machine's. `set`: by how many seconds it is ahead from now on. */
export type DatabaseClock = {
  set: (seconds: number) => void;
  /** Runs `start`, whose processes get this clock. */
  within: <T>(start: () => Promise<T>) => Promise<T>;
};

/** Where Debian's package faketime has its library, by machine. */
const LIBRARIES = ["x86_64", "aarch64"].map(
  (machine) => `/usr/lib/${machine}-linux-gnu/faketime/libfaketime.so.1`,
);

/** A clock that follows `file`; null where this machine has no libfaketime (Debian: `apt-get install faketime`). */
export function makeDatabaseClock(file: string): DatabaseClock | null {
  const library = [process.env["FAKETIME_LIBRARY"] ?? "", ...LIBRARIES].find((path) => existsSync(path));
  if (library === undefined) return null;
  const set = (seconds: number) => writeFileSync(file, `+${seconds}\n`, { mode: 0o644 });
  set(0);
  const environment = {
    LD_PRELOAD: library,
    FAKETIME_TIMESTAMP_FILE: file,
    // Timeouts go on as ever: only the time of day is set.
    FAKETIME_DONT_FAKE_MONOTONIC: "1",
    // Else the processes of one server would not agree for a second after each step.
    FAKETIME_NO_CACHE: "1",
  };
  return {
    set,
    within: async (start) => {
      Object.assign(process.env, environment);
      try {
        return await start();
      } finally {
        for (const name of Object.keys(environment)) delete process.env[name];
      }
    },
  };
}
