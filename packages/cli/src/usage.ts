/** What `overdue --help` prints. */
export const HELP = `overdue runs a job and reports how it went.

  overdue run --check nightly-backup -- backup.sh --full

Commands
  run        run a command; report its start, its end and its output
  ping       send one ping: overdue ping --check NAME [start|fail|log|STATUS]
  checks     list the checks of the project
  explain    say when a schedule is due: overdue explain '0 2 * * 1'
  cron       have lines of a crontab run by overdue run: overdue cron install --all; uninstall undoes it
  systemd    let units report their runs: overdue systemd install UNIT --check NAME; uninstall undoes it
  discover   list what runs here by a schedule, and what is not watched: --apply makes checks
  agent      report the runs of a cluster: overdue agent kubernetes
  import     make checks of another product's monitors: overdue import cronitor --file monitors.json
  login      keep the address and the keys in a file that only you can read
  spool      show what is not delivered yet; --send delivers it

Options of run
  --check NAME           slug, UUID or ping URL of the check (or OVERDUE_CHECK)
  --create               let the server make the check if there is none of this slug
  --lock [host|server]   do not start while the job still runs: on this host, or on any
  --if-running WHAT      skip this run (exit 75), wait for the other one's end, or kill it; default skip
  --wait-at-most TIME    how long to wait for that end
  --if-unreachable WHAT  with --lock server: run or skip while Overdue cannot be asked; default skip
  --timeout TIME         stop the job with SIGTERM after this time (exit 124)
  --kill-after TIME      and with SIGKILL after this time more; default 10s
  --retries N            try a failed command again, up to N times
  --backoff TIME         pause before the first retry, doubled each time; default 10s
  --min-runtime TIME     count a quicker success as a failure
  --jitter TIME          start after a random pause up to this time
  --output WHAT          send the last part of the output, or drop: send nothing of it; default send
  --report-wait TIME     how long to wait for the report at the end

Environment
  OVERDUE_URL, OVERDUE_PING_KEY, OVERDUE_API_KEY, OVERDUE_STATE_DIR

The exit status is the command's: 128 + n for signal n, 127 if it does not exist, 126 if it
cannot be run, 124 at the time limit, 75 if it was skipped, 2 if these options are wrong.
`;
