import { spawn } from "node:child_process";

/**
 * A small shell that ends the product's processes if the supervisor is killed, which it notices by the end of its input.
 * `track` and `untrack` name the processes, `database` the embedded PostgreSQL. `end` says that none is left; `endAllNow`
 * kills all that still run.
 */
export type Cleanup = {
  track: (pid: number) => void;
  untrack: (pid: number) => void;
  database: (pid: number | null) => void;
  end: () => void;
  endAllNow: () => void;
};

/** Starts that shell, in its own session, so that signals to the supervisor's process group do not reach it. */
export function startCleanup(): Cleanup {
  const shell = spawn("/bin/sh", ["-c", SCRIPT, "overdue-cleanup"], {
    cwd: "/",
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  // The product also runs without this shell, so its errors are ignored.
  shell.on("error", () => undefined);
  shell.stdin.on("error", () => undefined);
  shell.unref();
  if ("unref" in shell.stdin && typeof shell.stdin.unref === "function") shell.stdin.unref();
  const send = (line: string) => void shell.stdin.write(`${line}\n`);
  return {
    track: (pid) => send(`track ${pid}`),
    untrack: (pid) => send(`untrack ${pid}`),
    database: (pid) => send(`database ${pid ?? ""}`),
    end: () => send("end"),
    endAllNow: () => send("now"),
  };
}

/** In steps of 0.2 s, that is 30 s: longer than any process needs to finish its work. */
const WAIT_STEPS = 150;

// The database ends last, so that the processes can store the results of their work. SIGINT is its fast, clean shutdown.
const SCRIPT = `
trap '' INT TERM HUP QUIT
held=
database=
steps=${WAIT_STEPS}
without() { for one in $held; do [ "$one" = "$1" ] || printf ' %s' "$one"; done; }
while read -r what pid; do
  case $what in
    track) held="$held $pid" ;;
    untrack) held=$(without "$pid") ;;
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
