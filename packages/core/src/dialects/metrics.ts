import { METRICS_MAX, readMetrics } from "../metrics/read-metrics.ts";
import {
  type Dialect,
  type DialectPing,
  type DialectReading,
  jsonObject,
  onePing,
  plainPing,
  targetOfName,
  targetOfUuid,
  textOf,
  unescapePart,
  usualAnswer,
} from "./dialect.ts";
import { isRecord } from "../text/json.ts";

/**
 * The tools around Prometheus: Alertmanager's webhook, which Grafana's is a copy of, as a heartbeat, and the Pushgateway.
 * The addresses are ours, since these programs are given a whole URL. Source: clients.md 27, 28, surprises 8 to 10, 25.
 */

const ALERTMANAGER = /^\/alertmanager\/([^/]+)\/?$/;

/**
 * An alert that always fires, such as Prometheus' Watchdog, is a success each time it is sent. A message may hold several
 * of them under the title "firing" while one has been resolved, so each alert counts by its own status. A check for all
 * of them needs all to fire; with a ping key in place of the check's UUID each has a check of its own.
 */
export const alertmanager: Dialect = {
  name: "Alertmanager, Grafana",
  matches: ({ path }) => ALERTMANAGER.test(path),
  read: ({ path, body }) => {
    const key = unescapePart(ALERTMANAGER.exec(path)?.[1] ?? "");
    const alerts = jsonObject(body)?.["alerts"];
    if (!Array.isArray(alerts) || alerts.length === 0)
      return { kind: "malformed", problem: "the body is not a webhook message in JSON with alerts" };
    const known = alerts.slice(0, ALERTS_MAX).filter(isRecord);
    const target = targetOfUuid(key);
    if (target === null) return eachByItself(key, known);
    const resolved = known.filter(({ status }) => status !== "firing");
    const body_ = resolved.map((alert) => `resolved: ${nameOf(alert)}`).join("\n");
    return onePing(target, resolved.length === 0 ? "success" : "log", { body: body_ });
  },
  answer: usualAnswer,
};

const ALERTS_MAX = 500;

function eachByItself(key: string, alerts: readonly Record<string, unknown>[]): DialectReading {
  const pings = alerts.map((alert): DialectPing => {
    const isFiring = alert["status"] === "firing";
    const ping = plainPing(targetOfName(key, nameOf(alert)), isFiring ? "success" : "log");
    return isFiring ? ping : { ...ping, body: "resolved" };
  });
  return { kind: "pings", pings, reply: "" };
}

/** The label `check`, or the alert's name with what else tells it from others of that name. */
function nameOf(alert: Record<string, unknown>): string {
  const labels = isRecord(alert["labels"]) ? alert["labels"] : {};
  const given = textOf(labels["check"]);
  if (given !== "") return given;
  const others = Object.keys(labels)
    .filter((name) => name !== "alertname" && name !== "severity")
    .toSorted();
  return [textOf(labels["alertname"]) || "alert", ...others.map((name) => textOf(labels[name]))].join(" ");
}

const PUSHGATEWAY = /^\/pushgateway\/([^/]+)\/metrics\/job(@base64)?\/([^/]*)((?:\/[^/]*)*)$/;

/** A push is the success of the job that it is grouped by; deleting a group says nothing of a job. */
export const pushgateway: Dialect = {
  name: "Pushgateway",
  matches: ({ path }) => PUSHGATEWAY.test(path),
  read: ({ path, method, body }) => {
    const [, key = "", base64, job = "", rest = ""] = PUSHGATEWAY.exec(path) ?? [];
    const parts = rest.split("/").slice(1);
    const values = parts.flatMap((value, i) =>
      i % 2 === 1 ? [labelValue(value, parts[i - 1]?.endsWith("@base64") === true)] : [],
    );
    const name = [labelValue(job, base64 !== undefined), ...values].filter((value) => value !== "").join(" ");
    if (name === "") return { kind: "malformed", problem: "job name is required" };
    if (method === "DELETE") return { kind: "pings", pings: [], reply: "" };
    if (method !== "PUT" && method !== "POST")
      return { kind: "malformed", problem: "metrics are pushed by PUT or POST" };
    return onePing(targetOfName(unescapePart(key), name), "success", {
      metrics: readMetrics(samplesIn(body)),
    });
  },
  answer: usualAnswer,
};

/** A sample without labels: `backup_bytes 7.1e+09`. */
const SAMPLE = /^([A-Za-z][A-Za-z0-9_]*)[ \t]+(-?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)(?:[ \t]|$)/i;

/**
 * The first 20 samples without labels in Prometheus' text format. Those with labels, and what a client library adds of
 * itself, are no numbers of the job.
 */
function samplesIn(body: string): [string, unknown][] {
  const samples: [string, unknown][] = [];
  for (const line of body.split("\n")) {
    const [, name = "", value] = SAMPLE.exec(line.trim()) ?? [];
    if (value !== undefined && !OF_LIBRARY.test(name)) samples.push([name, value]);
    if (samples.length === METRICS_MAX) break;
  }
  return samples;
}

const OF_LIBRARY = /^(?:process|python|go|jvm|nodejs|promhttp)_|_created$/;

function labelValue(text: string, isBase64: boolean): string {
  if (!isBase64) return unescapePart(text);
  try {
    const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return new TextDecoder().decode(Uint8Array.from(binary, (letter) => letter.codePointAt(0) ?? 0));
  } catch {
    return "";
  }
}
