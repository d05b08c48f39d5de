import { expect, test } from "vitest";

import { permissionsPage } from "../../test/permissions-page.ts";
import { read, testApi } from "../../test/test-api.ts";
import type { Document } from "./openapi-document.ts";

const api = await testApi();

// `npx vitest run --project database apps/api/src/docs/permissions-page.test.ts -u` writes the page.
test("docs/permissions.md says who may call each route of a project and an organization", async () => {
  const document = await read<Document>(await api.call("GET", "/openapi.json"));
  await expect(permissionsPage(document)).toMatchFileSnapshot("../../../../docs/permissions.md");
});
