import { existsSync, globSync, readFileSync } from "node:fs";

import { readConfig, VARIABLES } from "@overdue/config";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";

import packageJson from "../package.json" with { type: "json" };

// Helm itself renders the chart in `npm run test:chart`; this is what can be known without it.
const CHART = "deploy/helm/overdue";
const templates = globSync(`${CHART}/templates/*`)
  .map((file) => readFileSync(file, "utf8"))
  .join("\n");
const { config } = z
  .object({ config: z.record(z.string(), z.string()) })
  .parse(parse(readFileSync(`${CHART}/values.yaml`, "utf8")));

describe("the Helm chart", () => {
  test("is of the version of the product", () => {
    const { appVersion } = z
      .object({ appVersion: z.string() })
      .parse(parse(readFileSync(`${CHART}/Chart.yaml`, "utf8")));
    expect(appVersion).toBe(packageJson.version);
  });

  test("runs the programs that docker-compose.yml runs", () => {
    const programs = (text: string) =>
      new Set([...text.matchAll(/apps\/[\w/-]+\/main\.ts/g)].map(([program]) => program));
    expect(programs(templates)).toEqual(programs(readFileSync("docker-compose.yml", "utf8")));
    expect([...programs(templates)].filter((program) => !existsSync(program))).toEqual([]);
  });

  test("sets only variables that the configuration knows, to values that it accepts", () => {
    const own = Object.fromEntries(
      [...templates.matchAll(/\{ name: ([A-Z_]+), value: "?([^"}]+?)"? \}/g)].map(([, name, value]) => [
        name,
        value,
      ]),
    );
    const environment = { ...own, ...config };
    expect(Object.keys(own).length).toBeGreaterThan(3);
    expect(Object.keys(environment).filter((name) => !(name in VARIABLES))).toEqual([]);
    expect(readConfig(environment).livenessFile).toBe("/tmp/alive");
  });

  test("asks for the liveness of an api on the port that it listens on, by a route that it has", () => {
    const paths = new Set(
      [...templates.matchAll(/httpGet: \{ path: (\S+), port: http \}/g)].map(([, path]) => path),
    );
    expect([...paths]).toEqual(["/health/live"]);
    expect(templates).toContain(`containerPort: ${readConfig({}).port}`);
    expect(readFileSync("apps/api/src/instance/instance-routes.ts", "utf8")).toContain('"/health/live"');
  });
});
