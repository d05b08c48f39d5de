import { FOLDER, recordLine } from "./record-line.ts";

/** What a unit is to its check: a job that ends, a job whose unit stays active behind it, or a service that goes on. */
export type Role = "job" | "job that stays" | "service";

export const DROP_IN = "50-overdue.conf";

type DropIn = {
  unit: string;
  check: string;
  create: boolean;
  role: Role;
  /** Whether its commands can be run outside the unit's sandbox, which only the machine's own manager can do. */
  isPrivileged: boolean;
  /** Whether the unit's own commands cannot reach the folder of the records, so that other units are to note its ends. */
  isApart: boolean;
};

/** The drop-in by which a unit notes its runs. `-`: what fails there fails nothing; `+`: as root, outside the sandbox. */
export function dropInText({ unit, check, create, role, isPrivileged, isApart }: DropIn): string {
  const line = (key: string, event: Parameters<typeof recordLine>[0]) =>
    `${key}=-${isPrivileged ? "+" : ""}${recordLine(event, "%n")}`;
  const before = role === "job" ? [line("ExecStartPre", "started")] : [line("ExecStartPost", "up")];
  return [
    `# Written by "overdue systemd install"; "overdue systemd uninstall ${unit}" removes it.`,
    "[Unit]",
    "OnFailure=overdue-failed@%n.service",
    ...(isApart ? ["OnSuccess=overdue-succeeded@%n.service"] : []),
    "",
    ...(isApart ? [] : ["[Service]", ...before, line("ExecStopPost", "ended"), ""]),
    "[X-Overdue]",
    `Check=${check}`,
    ...(create ? ["Create=yes"] : []),
    `Role=${role}`,
    ...(isApart ? ["Apart=yes"] : []),
    "",
  ].join("\n");
}

/** What the drop-in of a unit says of its check; null where it is none of ours. */
export function readDropIn(
  text: string,
): { check: string; create: boolean; role: Role; isApart: boolean } | null {
  const section = text.split("[X-Overdue]\n")[1];
  const value = (key: string) => new RegExp(`^${key}=(.*)$`, "m").exec(section ?? "")?.[1] ?? "";
  const role = (["job", "job that stays", "service"] as const).find((each) => each === value("Role"));
  if (value("Check") === "" || role === undefined) return null;
  return {
    check: value("Check"),
    create: value("Create") === "yes",
    role,
    isApart: value("Apart") === "yes",
  };
}

const HEAD = '# Written by "overdue systemd install"; removed with the last unit that reports.';

function noting(how: string): string {
  return `${HEAD}
[Unit]
Description=Notes that %i ${how}

[Service]
Type=oneshot
ExecStart=${recordLine("outcome", "%i")}
`;
}

/** The units that all reports share, by their file names. `command`: how to start this program. */
export function sharedUnits(command: readonly string[], isOfUser: boolean): Record<string, string> {
  return {
    // Two, since systemd tells no result to a unit that both OnFailure= and OnSuccess= name.
    "overdue-failed@.service": noting("failed"),
    "overdue-succeeded@.service": noting("succeeded"),
    "overdue-report.path": `${HEAD}
[Unit]
Description=Waits for runs of units to report to Overdue

[Path]
DirectoryNotEmpty=%t/${FOLDER}
MakeDirectory=yes
DirectoryMode=0700

[Install]
WantedBy=paths.target
`,
    "overdue-report.service": `${HEAD}
[Unit]
Description=Reports the runs of units to Overdue
StartLimitIntervalSec=0

[Service]
Type=oneshot
ExecStart=${[...command, "systemd", "report"].map(quoted).join(" ")}${isOfUser ? " --user" : ""} --folder %t/${FOLDER}
# What could not be sent is tried again.
Restart=on-failure
RestartSec=60
${isOfUser ? "" : "StateDirectory=overdue\nStateDirectoryMode=0700\nNoNewPrivileges=yes\nPrivateTmp=yes\nProtectSystem=full\n"}`,
  };
}

/** A word of a command line in a unit. */
function quoted(word: string): string {
  const escaped = word.replaceAll("%", "%%").replaceAll("$", "$$$$");
  return /^[\w@%$+,./:=-]+$/.test(escaped) ? escaped : `"${escaped.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}
