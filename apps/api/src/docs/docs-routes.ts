import { readFileSync } from "node:fs";

import { guard } from "../http/guard.ts";
import { createRouter } from "../http/route.ts";
import { docsPage } from "./docs-page.ts";
import type { Document } from "./openapi-document.ts";

const STYLE = readFileSync(new URL("docs.css", import.meta.url), "utf8");
// The page has a style sheet of ours, and no script.
const POLICY =
  "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const PUBLIC = { auth: "public", uncounted: true } as const;

/** `GET /docs`: the document as a page to read; made once, at the first call. */
export function docsRoutes(document: () => Document) {
  let made: ReturnType<typeof docsPage> | undefined;
  return createRouter()
    .get("/docs", guard(PUBLIC), async (c) => {
      made ??= docsPage(document());
      c.header("content-security-policy", POLICY);
      return c.html(await made);
    })
    .get("/docs.css", guard(PUBLIC), (c) => {
      c.header("cache-control", "no-cache");
      return c.body(STYLE, 200, { "content-type": "text/css; charset=utf-8" });
    });
}
