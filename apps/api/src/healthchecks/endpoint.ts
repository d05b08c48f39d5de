import type { z } from "zod";

import type { FaceAccess } from "./face-guard.ts";
import type { FaceContext } from "./face-env.ts";

/** Types of the answer with their shapes; statuses: [200] by itself. */
export type Success = { content: Record<string, z.ZodType>; statuses?: readonly (200 | 201)[] };

export type Method = {
  access: FaceAccess;
  summary: string;
  answer: (c: FaceContext) => Promise<Response>;
  /** What success looks like, for the document. */
  success: Success;
};

/** One path with all its methods; each other method is 405, OPTIONS is 204. */
export type Endpoint = {
  /** Its parameters as `{name}` or `{name:kind}`, such as `/api/{version}/checks/{check:uuid}`. */
  path: string;
  /** Whether pages of other origins may call it. */
  cors: boolean;
  methods: Partial<Record<"GET" | "POST" | "DELETE", Method>>;
};
