import { readlinkSync } from "node:fs";
import { userInfo } from "node:os";

import type { Machine } from "../machine.ts";
import { readText } from "../run/proc.ts";
import { VERSION } from "../version.ts";
import { bootId, type Facts } from "./record.ts";

const NAMESPACE = "/var/run/secrets/kubernetes.io/serviceaccount/namespace";

/** What is the same for all runs of this process: where it runs, and under what. What is not known is left out. */
export function placeFacts({ env, host }: Machine): Facts {
  const inKubernetes = env["KUBERNETES_SERVICE_HOST"] !== undefined;
  return known({
    host,
    user: userName(),
    timeZone: timeZone(env),
    bootId: bootId(),
    unit: unitIn(readText("/proc/self/cgroup") ?? ""),
    invocationId: env["INVOCATION_ID"],
    pod: inKubernetes ? env["HOSTNAME"] : null,
    namespace: inKubernetes ? readText(NAMESPACE)?.trim() : null,
    kubernetesNode: inKubernetes ? (env["NODE_NAME"] ?? env["KUBERNETES_NODE_NAME"]) : null,
    systemdResult: env["SERVICE_RESULT"],
    systemdExit:
      env["EXIT_STATUS"] === undefined ? null : `${env["EXIT_CODE"] ?? "exited"} ${env["EXIT_STATUS"]}`,
    command: `overdue ${VERSION}, Node ${process.versions.node}`,
  });
}

/** The service that a process belongs to, by its control group. */
export function unitIn(cgroup: string): string | null {
  const unit = /^.*\/([^/\n]+\.service)(?:\/|$)/m.exec(cgroup)?.[1] ?? null;
  return unit?.startsWith("user@") === true ? null : unit;
}

/** By the link of the machine, which costs nothing: Intl takes as long as a third of the start of Node. */
function timeZone(env: Machine["env"]): string {
  if (env["TZ"] === undefined)
    try {
      const named = /zoneinfo\/(?:posix\/)?([A-Z]\w*(?:\/[\w+-]+)*)$/.exec(
        readlinkSync("/etc/localtime"),
      )?.[1];
      if (named !== undefined) return named;
    } catch {
      // There is no link: a copy of the zone's file, or none.
    }
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

function userName(): string | null {
  try {
    return userInfo().username;
  } catch {
    return null;
  }
}

function known(facts: Record<string, string | number | boolean | null | undefined>): Facts {
  return Object.fromEntries(
    Object.entries(facts).filter(
      (pair): pair is [string, string | number | boolean] =>
        pair[1] !== null && pair[1] !== undefined && pair[1] !== "",
    ),
  );
}
