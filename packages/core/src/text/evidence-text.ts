import type { Instant } from "@overdue/schedules";
import type { Evidence } from "../checks/event.ts";
import type { RunFacts } from "../pings/read-facts.ts";

/** What systemd or Kubernetes says about why a process ended. */
export type ExitEvidence = {
  /** systemd's `Result` of the unit, such as `oom-kill` or `timeout`. */
  systemdResult?: string | null;
  /** The reason that Kubernetes gives for the container's end, such as `OOMKilled`. */
  kubernetesReason?: string | null;
  /** The kernel killed a process of the job for want of memory, by the count of the job's control group. */
  oomKill?: boolean;
};

/** What facts say about why a run ended. */
export function exitEvidence(facts: RunFacts = {}): ExitEvidence {
  const { systemdResult, kubernetesReason, oomKill } = facts;
  return {
    systemdResult: typeof systemdResult === "string" ? systemdResult : null,
    kubernetesReason: typeof kubernetesReason === "string" ? kubernetesReason : null,
    oomKill: oomKill === "group",
  };
}

/** `title` is a few words for a badge; `hint` says what to look at, or is null. */
export type ExitMeaning = { title: string; hint: string | null };

/**
 * What an exit status means, by the shell's conventions (126, 127, 128 + signal) and sysexits.h. What systemd or Kubernetes
 * says takes precedence. Null if there is nothing to explain: status 0, or no status.
 */
export function explainExit(status: number | null, evidence: ExitEvidence = {}): ExitMeaning | null {
  const { systemdResult, kubernetesReason, oomKill } = evidence;
  if (oomKill === true) return OUT_OF_MEMORY;
  const reported = KUBERNETES.get(kubernetesReason ?? "") ?? SYSTEMD.get(systemdResult ?? "");
  if (reported !== undefined) return reported;
  if (status === null || status === 0) return null;
  return STATUSES.get(status) ?? bySignal(status) ?? { title: `failed with status ${status}`, hint: null };
}

/** "killed (SIGKILL)"; null if the number alone says everything. */
export function exitMeaning(status: number, evidence: ExitEvidence = {}): string | null {
  const title = explainExit(status, evidence)?.title ?? null;
  return title === null || title.includes(`status ${status}`) ? null : title;
}

/** "137, killed (SIGKILL)", or the number alone. */
export function exitStatusText(status: number, evidence: ExitEvidence = {}): string {
  const meaning = exitMeaning(status, evidence);
  return meaning === null ? String(status) : `${status}, ${meaning}`;
}

function bySignal(status: number): ExitMeaning | null {
  const signal = status > 128 && status <= 128 + 64 ? SIGNALS.get(status - 128) : undefined;
  if (signal === undefined) return null;
  const [name, meaning, hint] = signal;
  return { title: `${meaning} (${name})`, hint: hint ?? null };
}

const OUT_OF_MEMORY: ExitMeaning = {
  title: "killed: out of memory",
  hint: "The kernel killed it because memory ran out. Give the job more memory, or let it use less.",
};
const TIMED_OUT: ExitMeaning = {
  title: "stopped: took too long",
  hint: "It was stopped at its time limit. Raise the limit, or see what it waited for.",
};

const STATUSES = new Map<number, ExitMeaning>([
  [1, { title: "failed (status 1)", hint: null }],
  [2, { title: "failed (status 2)", hint: "Often a wrong option or argument: see the end of its output." }],
  [64, { title: "used wrongly (EX_USAGE)", hint: "Check the options of the command." }],
  [65, { title: "bad input (EX_DATAERR)", hint: null }],
  [66, { title: "input file missing (EX_NOINPUT)", hint: null }],
  [69, { title: "a service it needs is not there (EX_UNAVAILABLE)", hint: null }],
  [70, { title: "internal error (EX_SOFTWARE)", hint: null }],
  [
    73,
    { title: "cannot create its output (EX_CANTCREAT)", hint: "Check the free space and the permissions." },
  ],
  [74, { title: "reading or writing failed (EX_IOERR)", hint: "Check the disk." }],
  [75, { title: "failed for now (EX_TEMPFAIL)", hint: "It may work when tried again." }],
  [77, { title: "not permitted (EX_NOPERM)", hint: "Check the permissions of its user." }],
  [78, { title: "configured wrongly (EX_CONFIG)", hint: null }],
  [124, TIMED_OUT],
  [
    126,
    {
      title: "command cannot be run",
      hint: "It was found, but it is no program or may not be run: check its permissions (chmod +x).",
    },
  ],
  [
    127,
    {
      title: "command not found",
      hint: "Check the path: cron and systemd know far fewer folders in PATH than your shell.",
    },
  ],
  [128, { title: "invalid exit status", hint: null }],
  [255, { title: "failed (status 255)", hint: "Also what ssh says when the connection itself failed." }],
]);

const SIGNALS = new Map<number, readonly [name: string, meaning: string, hint?: string]>([
  [1, ["SIGHUP", "hung up", "Its terminal or session ended: run it under nohup, systemd or cron."]],
  [2, ["SIGINT", "interrupted"]],
  [3, ["SIGQUIT", "quit"]],
  [4, ["SIGILL", "illegal instruction", "Often a program built for another processor."]],
  [5, ["SIGTRAP", "stopped by a trap"]],
  [6, ["SIGABRT", "aborted", "The program gave up on itself: see the end of its output."]],
  [7, ["SIGBUS", "bus error"]],
  [8, ["SIGFPE", "arithmetic error"]],
  [9, ["SIGKILL", "killed", "Often out of memory: look for “oom” in dmesg or the journal of that time."]],
  [10, ["SIGUSR1", "ended by a user signal"]],
  [11, ["SIGSEGV", "crashed", "It touched memory that is not its own: a bug in the program or a library."]],
  [12, ["SIGUSR2", "ended by a user signal"]],
  [13, ["SIGPIPE", "broken pipe", "What read its output was gone."]],
  [14, ["SIGALRM", "alarm clock"]],
  [15, ["SIGTERM", "asked to stop", "Somebody stopped it: a shutdown, a deployment, or a time limit."]],
  [24, ["SIGXCPU", "used up its processor time", "See ulimit -t, or LimitCPU of the unit."]],
  [25, ["SIGXFSZ", "file too large", "See ulimit -f, or LimitFSIZE of the unit."]],
  [31, ["SIGSYS", "forbidden system call", "Blocked by seccomp or SystemCallFilter."]],
]);

const SYSTEMD = new Map<string, ExitMeaning>([
  ["oom-kill", OUT_OF_MEMORY],
  ["timeout", TIMED_OUT],
  ["watchdog", { title: "stopped: gave no sign of life", hint: "Its systemd watchdog ran out." }],
  [
    "start-limit-hit",
    { title: "not started: failed too often", hint: "systemctl reset-failed lets it try again." },
  ],
  [
    "resources",
    { title: "not started: no resources", hint: "systemd could not set it up: see the journal." },
  ],
  ["protocol", { title: "did not report to systemd as agreed", hint: "Check Type= of the unit." }],
  ["core-dump", { title: "crashed", hint: "It left a core dump: coredumpctl info." }],
  [
    "exec-condition",
    { title: "not started: a condition did not hold", hint: "See ExecCondition= of the unit." },
  ],
]);

const KUBERNETES = new Map<string, ExitMeaning>([
  ["OOMKilled", OUT_OF_MEMORY],
  ["DeadlineExceeded", TIMED_OUT],
  ["Evicted", { title: "evicted", hint: "The node ran short of something: see the events of the pod." }],
  ["ContainerCannotRun", { title: "container cannot run", hint: "Check its command and its mounts." }],
  ["StartError", { title: "container cannot run", hint: "Check its command and its mounts." }],
  [
    "ImagePullBackOff",
    { title: "image cannot be pulled", hint: "Check its name, and the registry's credentials." },
  ],
  [
    "ErrImagePull",
    { title: "image cannot be pulled", hint: "Check its name, and the registry's credentials." },
  ],
  [
    "CreateContainerConfigError",
    { title: "container configured wrongly", hint: "A ConfigMap or Secret is missing." },
  ],
  ["BackoffLimitExceeded", { title: "failed too often", hint: "The job's backoffLimit is used up." }],
]);

type Missed = Pick<Evidence, "deadlineAt"> & { policy: NonNullable<Evidence["policy"]> };

/**
 * What the scheduler does about a run that did not come by its deadline: "cron (Debian) makes up nothing: this run is
 * lost". `timeText` formats an instant, with its zone.
 */
export function policyText({ policy, deadlineAt }: Missed, timeText: (at: Instant) => string): string {
  const { text, lostFrom } = policy;
  if (lostFrom === null) return `${text}: this run may still come`;
  const isLost = deadlineAt === null || lostFrom <= deadlineAt;
  return `${text}: this run is lost${isLost ? "" : `, unless it comes by ${timeText(lostFrom)}`}`;
}
