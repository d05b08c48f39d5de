import type { FaceAccess } from "./face-guard.ts";
import type { FaceContext } from "./face-env.ts";

export type Method = {
  access: FaceAccess;
  summary: string;
  answer: (c: FaceContext) => Promise<Response>;
  /** Statuses of success, for the document. */
  successes?: readonly number[];
};

/** One path with all its methods; each other method is 405, OPTIONS is 204. */
export type Endpoint = {
  /** Its parameters as `{name}` or `{name:kind}`, such as `/api/{version}/checks/{check:uuid}`. */
  path: string;
  /** Whether pages of other origins may call it. */
  cors: boolean;
  methods: Partial<Record<"GET" | "POST" | "DELETE", Method>>;
};
