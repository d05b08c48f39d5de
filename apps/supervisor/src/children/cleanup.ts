import { spawn } from "node:child_process";

/**
 * Ends what is left of us where we are killed ourselves: a tiny shell, which notices our end by that of its input.
 * `holds` and `released` name processes of ours, `database` the embedded PostgreSQL. `end` says that nothing is left;
 * `endAllNow` that whatever still runs is to end at once.
 */
export type Cleanup = {
  holds: (pid: number) => void;
  released: (pid: number) => void;
  database: (pid: number | null) => void;
  end: () => void;
  endAllNow: () => void;
};

/** Starts that shell. It has a session of its own, so that no signal for our process group reaches it. */
export function startCleanup(): Cleanup {
  const shell = spawn("/bin/sh", ["-c", SCRIPT, "overdue-cleanup"], {
    cwd: "/",
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  // Without it the product runs as well; a line to one that has ended is not worth an error.
  shell.on("error", () => undefined);
  shell.stdin.on("error", () => undefined);
  shell.unref();
  if ("unref" in shell.stdin && typeof shell.stdin.unref === "function") shell.stdin.unref();
  const tell = (line: string) => void shell.stdin.write(`${line}\n`);
  return {
    holds: (pid) => tell(`holds ${pid}`),
    released: (pid) => tell(`released ${pid}`),
    database: (pid) => tell(`database ${pid ?? ""}`),
    end: () => tell("end"),
    endAllNow: () => tell("now"),
  };
}

/** Longer than any of ours takes to record what it had under way: 150 steps of a fifth of a second. */
const STEPS_OF_PATIENCE = 150;

// The database ends last, so that what is under way can be recorded. SIGINT is its fast and clean stop.
const SCRIPT = `
trap '' INT TERM HUP QUIT
held=
database=
steps=${STEPS_OF_PATIENCE}
without() { for one in $held; do [ "$one" = "$1" ] || printf ' %s' "$one"; done; }
while read -r what pid; do
  case $what in
    holds) held="$held $pid" ;;
    released) held=$(without "$pid") ;;
    database) database=$pid ;;
    now) steps=0; break ;;
    end) exit 0 ;;
  esac
done
alive() { for one in $held; do kill -0 "$one" 2>/dev/null && return 0; done; return 1; }
while [ "$steps" -gt 0 ] && alive; do sleep 0.2; steps=$((steps - 1)); done
for one in $held; do kill -KILL "$one" 2>/dev/null; done
[ -n "$database" ] || exit 0
kill -INT "$database" 2>/dev/null
steps=50
while [ "$steps" -gt 0 ] && kill -0 "$database" 2>/dev/null; do sleep 0.2; steps=$((steps - 1)); done
[ "$steps" -gt 0 ] || kill -QUIT "$database" 2>/dev/null
`;
