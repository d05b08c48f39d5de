import type { Context } from "hono";

import type { AppEnv } from "../http/context.ts";
import type { JsonObject } from "./request-body.ts";

export type ApiVersion = "v1" | "v2" | "v3";

/** What the guard found out about a request. */
export type Face = {
  version: ApiVersion;
  /** The key's; empty where none was needed. */
  projectId: string;
  mayWrite: boolean;
  /** Of a POST; else empty. */
  body: JsonObject;
};

/** The check that a request changed. */
type Touched = { id: string; name: string };

export type FaceEnv = { Variables: AppEnv["Variables"] & { face: Face; touched?: Touched } };
export type FaceContext = Context<FaceEnv>;
