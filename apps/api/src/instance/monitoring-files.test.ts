import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { promtool } from "@overdue/testkit";
import { beforeAll, describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { z } from "zod";

import { serveOverHttp } from "../../test/healthchecks/serve.ts";

const RULES = "deploy/prometheus/overdue.rules.yml";
const CASES = "deploy/prometheus/overdue.rules.test.yml";
const DASHBOARD = "deploy/grafana/overdue.json";

const Rules = z.object({
  groups: z.array(z.object({ rules: z.array(z.object({ alert: z.string(), expr: z.string() })) })),
});
const Cases = z.object({
  tests: z.array(
    z.object({
      alert_rule_test: z.array(
        z.object({ alertname: z.string(), exp_alerts: z.array(z.unknown()).optional() }),
      ),
    }),
  ),
});
const Dashboard = z.object({
  panels: z.array(
    z.object({ title: z.string(), targets: z.array(z.object({ expr: z.string() })).default([]) }),
  ),
});

const rules = Rules.parse(parse(await readFile(RULES, "utf8"))).groups.flatMap((group) => group.rules);
const panels = Dashboard.parse(JSON.parse(await readFile(DASHBOARD, "utf8"))).panels;
const drawn = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));

describe("the alert rules for Prometheus", () => {
  test("promtool accepts them", async () => {
    expect(await promtool("check", "rules", RULES)).toContain(`${rules.length} rules found`);
  });

  test("promtool finds each alert in its case, and none while all is well", async () => {
    expect(await promtool("test", "rules", CASES)).toContain("SUCCESS");
  });

  test("each has a case in which it fires and one in which it does not", async () => {
    const cases = Cases.parse(parse(await readFile(CASES, "utf8"))).tests.flatMap(
      (each) => each.alert_rule_test,
    );
    const named = (fires: boolean) =>
      new Set(
        cases.filter((each) => (each.exp_alerts !== undefined) === fires).map((each) => each.alertname),
      );
    const alerts = rules.map(({ alert }) => alert).toSorted();
    expect([...named(true)].toSorted()).toEqual(alerts);
    expect([...named(false)].toSorted()).toEqual(alerts);
  });
});

test("promtool accepts every expression of the dashboard for Grafana", async () => {
  const folder = await mkdtemp(join(tmpdir(), "overdue-dashboard-"));
  const file = join(folder, "rules.yml");
  const asRules = drawn.map((expr, i) => ({
    record: `panel:${i}`,
    expr: expr.replaceAll("$job", "overdue").replaceAll("$__rate_interval", "5m"),
  }));
  await writeFile(file, stringify({ groups: [{ name: "dashboard", rules: asRules }] }));
  const printed = await promtool("check", "rules", file);
  await rm(folder, { recursive: true });
  expect(printed).toContain(`${drawn.length} rules found`);
});

describe("a running api", () => {
  let given: Set<string>;
  beforeAll(async () => {
    const { url } = await serveOverHttp({ METRICS_TOKEN: "let-me-measure" });
    const answer = await fetch(`${url}/metrics`, { headers: { authorization: "Bearer let-me-measure" } });
    given = new Set([...(await answer.text()).matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name ?? ""));
  });

  test.each([
    ...rules.map(({ alert, expr }) => ({ name: alert, expr })),
    ...drawn.map((expr) => ({ name: expr, expr })),
  ])("gives what $name asks for", ({ expr }) => {
    const asked = [...expr.matchAll(/\b(?:overdue|nodejs|process)_\w+/g)].map(([name]) => name);
    const known = asked.filter(
      (name) => given.has(name) || given.has(name.replace(/_(?:count|bucket|sum)$/, "")),
    );
    expect(known).toEqual(asked);
    expect(asked.length > 0 || expr.startsWith("up{")).toBe(true);
  });
});
