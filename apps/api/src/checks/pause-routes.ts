import { forgetUsual, pauseCheck, resumeCheck } from "@overdue/db";

import { WRITE } from "../http/access.ts";
import { tagged } from "../http/etag.ts";
import { OfCheck } from "../http/params.ts";
import { ApiError } from "../http/problem.ts";
import { createRouter, json, route } from "../http/route.ts";
import { readCheck } from "./check-verbs.ts";
import { CheckView } from "./check-view.ts";

const tags = ["Checks"];

export const pauseRoutes = createRouter()
  .openapi(
    route(WRITE, {
      method: "post",
      path: "/v1/projects/{projectId}/checks/{checkId}/pause",
      summary: "Pause a check",
      description: "Nothing is judged until the next success or failure, or until it is resumed.",
      tags,
      request: { params: OfCheck },
      responses: { 200: json(CheckView, "The paused check.") },
    }),
    async (c) => {
      const ref = c.req.valid("param");
      const { pool, now } = c.var.deps;
      if (!(await pauseCheck(pool, ref, now()))) throw ApiError.notFound("check");
      return c.json(tagged(c, await readCheck(c, ref)), 200);
    },
  )
  .openapi(
    route(WRITE, {
      method: "post",
      path: "/v1/projects/{projectId}/checks/{checkId}/resume",
      summary: "Resume a paused check",
      tags,
      request: { params: OfCheck },
      responses: { 200: json(CheckView, "The check; it begins anew.") },
    }),
    async (c) => {
      const ref = c.req.valid("param");
      const { pool, now } = c.var.deps;
      if (!(await resumeCheck(pool, ref, now()))) throw ApiError.notFound("check");
      return c.json(tagged(c, await readCheck(c, ref)), 200);
    },
  )
  .openapi(
    route(WRITE, {
      method: "post",
      path: "/v1/projects/{projectId}/checks/{checkId}/normal",
      summary: "Say that this is normal now",
      description:
        "Forgets how long its runs usually took, so that what was unusual is not noticed any more.",
      tags,
      request: { params: OfCheck },
      responses: { 200: json(CheckView, "The check.") },
    }),
    async (c) => {
      const ref = c.req.valid("param");
      const { pool, now } = c.var.deps;
      if (!(await forgetUsual(pool, ref, now()))) throw ApiError.notFound("check");
      return c.json(tagged(c, await readCheck(c, ref)), 200);
    },
  );
