import { findProjectChecks } from "@overdue/db";

import type { Endpoint } from "../endpoint.ts";
import type { FaceContext } from "../face-env.ts";
import { FaceError } from "../face-error.ts";
import { useKey } from "../face-guard.ts";
import { checkFamilies } from "./check-families.ts";
import { prometheusText } from "./prometheus-text.ts";

// The key stands in the path or in another header than elsewhere, so the handler looks at it.
const READ_ONLY_KEY = { auth: "public" } as const;
const KEY_CHARS = 32;

/** The project in the path is not looked at: the key says which one it is, as in Healthchecks. */
export const metricsEndpoints: readonly Endpoint[] = [
  ...["/projects/{project}/metrics/{key}", "/projects/{project}/checks/metrics/{key}"].map((path) => ({
    path,
    cors: false,
    methods: {
      GET: {
        access: READ_ONLY_KEY,
        summary: "Prometheus metrics of a project, by a read-only key",
        answer: (c: FaceContext) => metrics(c, c.req.param("key") ?? ""),
      },
    },
  })),
  {
    path: "/projects/{project}/metrics/",
    cors: false,
    methods: {
      GET: {
        access: READ_ONLY_KEY,
        summary: "Prometheus metrics of a project, by a read-only key as bearer token",
        answer: (c) => metrics(c, bearer(c)),
      },
    },
  },
];

function bearer(c: FaceContext): string {
  const [scheme, token] = (c.req.header("authorization") ?? "").split(/ +/, 2);
  if (scheme?.toLowerCase() !== "bearer" || token === undefined) throw new FaceError(401);
  return token;
}

async function metrics(c: FaceContext, text: string): Promise<Response> {
  if (text.length !== KEY_CHARS) throw new FaceError(400);
  const key = await useKey(c, text);
  if (key === null || key.scope !== "read") throw new FaceError(403);
  const { db, now } = c.var.deps;
  const rows = await findProjectChecks(db, key.projectId);
  return c.body(prometheusText(checkFamilies(rows, now())), 200, { "content-type": "text/plain" });
}
