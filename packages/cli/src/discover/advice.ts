import type { FoundJob } from "./job.ts";

/** What is to be put where, so that a job reports to its check; one sentence or command for a person. */
export function adviceFor({ kind, target, command, name }: FoundJob, slug: string): string {
  const run = `overdue run --check ${slug} --`;
  if (kind === "cronjob") return "overdue agent kubernetes reports it, without a change to the job";
  if (target === null) return `start it as ${run} …`;
  if ("unit" in target) {
    const [option, whose] = target.ofUser === null ? ["", ""] : ["--user ", `, as the user ${target.ofUser}`];
    return `overdue systemd install ${option}--check ${slug} ${target.unit}${whose}`;
  }
  if (target.line === null)
    return `second line of ${target.file}: [ -n "$OVERDUE_RUN" ] || OVERDUE_RUN=1 exec ${run} "$0" "$@"`;
  const [, user] = /^\/(?:var\/spool\/cron(?:\/crontabs)?|etc\/crontabs)\/([^/]+)$/.exec(target.file) ?? [];
  const whose = user === undefined ? target.file : `--user ${user}`;
  // anacron's lines are no crontab's.
  if (kind === "crontab")
    return `${name}: overdue cron install ${whose} --line ${target.line} --check ${slug}`;
  const wrapped = hasShellSyntax(command)
    ? `${run} /bin/sh -c '${command.replaceAll("'", String.raw`'\''`)}'`
    : `${run} ${command}`;
  return `${name} in ${target.file}:${target.line}: ${wrapped}`;
}

/** Whether a command needs a shell: it is more than a program with plain words. */
function hasShellSyntax(command: string): boolean {
  return /[;&|<>$`()*?[\]{}"'\\~#\n!]|^\s*\w+=/.test(command);
}
