import { infiniteQueryOptions } from "@tanstack/react-query";
import type { InferResponseType } from "hono/client";

import { answerOf, inProject } from "../api/client.ts";
import { pageQuery } from "../api/pages.ts";

export type AuditEntry = InferResponseType<typeof inProject.audit.$get, 200>["items"][number];

const PER_PAGE = 50;

/** Who changed what in a project, newest first. */
export const auditQuery = (projectId: string) =>
  infiniteQueryOptions({
    queryKey: ["projects", projectId, "audit"],
    queryFn: ({ pageParam }) =>
      answerOf(inProject.audit.$get({ param: { projectId }, query: pageQuery(pageParam, PER_PAGE) })),
    initialPageParam: firstPage(),
    getNextPageParam: ({ next }) => next,
    select: ({ pages }) => pages.flatMap(({ items }) => items),
  });

const firstPage = (): string | null => null;
