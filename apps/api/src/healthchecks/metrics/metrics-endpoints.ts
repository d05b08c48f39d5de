import { findProjectChecks } from "@overdue/db";

import type { Endpoint } from "../endpoint.ts";
import type { FaceContext } from "../face-env.ts";
import { checkFamilies } from "./check-families.ts";
import { prometheusText } from "./prometheus-text.ts";
import { TEXT } from "../shapes.ts";

// The project in the path is not looked at: the key says which one it is, as in Healthchecks.
const PATHS = [
  "/projects/{project}/metrics/{key}",
  "/projects/{project}/checks/metrics/{key}",
  "/projects/{project}/metrics/",
];

export const metricsEndpoints: readonly Endpoint[] = PATHS.map((path) => ({
  path,
  cors: false,
  methods: {
    GET: {
      access: { auth: "healthchecks", key: "read-only" },
      summary: "Prometheus metrics of a project, by a read-only key in the path or as bearer token",
      success: TEXT,
      answer: metrics,
    },
  },
}));

async function metrics(c: FaceContext): Promise<Response> {
  const { db, now } = c.var.deps;
  const rows = await findProjectChecks(db, c.var.face.projectId);
  return c.body(prometheusText(checkFamilies(rows, now())), 200, { "content-type": "text/plain" });
}
