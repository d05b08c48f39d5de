import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { parseAllDocuments } from "yaml";

import { fromGo, fromPyPi } from "../clients/harness/install.ts";
import { outputOf, run } from "../clients/harness/run.ts";
import { tryAll, type Trial } from "../support/try-all.ts";

const HELM = "helm.sh/helm/v4@v4.3.1";
const SCHEMAS = "kubernetes-validate==1.37.0";
const CHART = "deploy/helm/overdue";

type Values = Record<string, unknown>;

const MINIMAL: Values = {
  image: { repository: "registry.example.org/overdue" },
  existingSecret: "overdue",
  config: { PUBLIC_URL: "https://overdue.example.org" },
};
const FULL: Values = {
  ...MINIMAL,
  image: { repository: "registry.example.org/overdue", tag: "main", pullSecrets: ["registry"] },
  config: { PUBLIC_URL: "https://overdue.example.org", NODE_EXTRA_CA_CERTS: "/etc/overdue/ca.pem" },
  filesConfigMap: "overdue-files",
  secretRevision: "2",
  api: { replicas: 5 },
  service: { type: "NodePort", port: 8080, annotations: { team: "platform" } },
  ingress: {
    enabled: true,
    className: "nginx",
    annotations: { "cert-manager.io/cluster-issuer": "main" },
    hosts: ["overdue.example.org", "ping.example.org"],
    tlsSecret: "overdue-tls",
  },
  agent: {
    enabled: true,
    existingSecret: "overdue-agent",
    namespaces: ["shop", "billing"],
    pauseSuspended: true,
  },
  podDisruptionBudget: { maxUnavailable: "50%" },
  nodeSelector: { "kubernetes.io/arch": "amd64" },
  tolerations: [{ key: "dedicated", operator: "Exists" }],
  podAnnotations: { "example.org/team": "platform" },
};
const REFUSED: [string, Values, RegExp][] = [
  ["no image", { ...MINIMAL, image: { repository: "" } }, /repository/],
  ["no secret", { ...MINIMAL, existingSecret: "" }, /existingSecret/],
  ["no address", { ...MINIMAL, config: { PUBLIC_URL: "" } }, /PUBLIC_URL/],
  [
    "a secret among the plain settings",
    { ...MINIMAL, config: { PUBLIC_URL: "https://overdue.example.org", SECRET_KEY: "k".repeat(32) } },
    /SECRET_KEY/,
  ],
  ["an agent without a key", { ...MINIMAL, agent: { enabled: true } }, /existingSecret/],
  ["an ingress without a host", { ...MINIMAL, ingress: { enabled: true } }, /hosts/],
  ["a value that the chart does not have", { ...MINIMAL, replicaCount: 3 }, /replicaCount/],
];

/** Renders the chart with the real Helm and validates it with Kubernetes' own schemas. */
const chart: Trial = {
  name: "Helm",
  run: async (steps) => {
    const helm = await fromGo(HELM, "/cmd/helm");
    const { bin } = await fromPyPi(SCHEMAS);
    steps.version = HELM.split("@")[1] ?? "";
    const folder = await mkdtemp(join(tmpdir(), "overdue-chart-"));
    const file = join(folder, "values.json");
    const helmWith = async (values: Values, args: readonly string[]) => {
      await writeFile(file, JSON.stringify(values));
      return run(helm, [...args, CHART, "--values", file]);
    };
    try {
      for (const [name, values] of [
        ["minimal values", MINIMAL],
        ["all values", FULL],
        [
          "an agent for all namespaces",
          { ...MINIMAL, agent: { enabled: true, existingSecret: "overdue-agent" } },
        ],
      ] as const) {
        await steps.step(
          `lint with ${name}`,
          /0 chart\(s\) failed/,
          async () => (await helmWith(values, ["lint"])).out,
        );
        await steps.step(`Kubernetes' schemas with ${name}`, /^\d+ passed, 0 refused$/, async () => {
          const rendered = join(folder, "rendered.yaml");
          const { code, out, err } = await helmWith(values, ["template", "release"]);
          if (code !== 0) throw new Error(err);
          await writeFile(rendered, out);
          const seen = await outputOf(join(bin, "kubernetes-validate"), ["--strict", "-k", "1.37", rendered]);
          const passed = seen.split("\n").filter((line) => line.includes(" passed for resource ")).length;
          const refused = parseAllDocuments(out).length - passed;
          return `${passed} passed, ${refused} refused`;
        });
      }
      for (const [name, values, expected] of REFUSED)
        await steps.step(`refused: ${name}`, expected, async () => {
          const { code, err } = await helmWith(values, ["template", "release"]);
          return code === 0 ? "rendered" : err;
        });
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};

process.exit((await tryAll("program", [chart])) === 0 ? 0 : 1);
