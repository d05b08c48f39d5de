// @vitest-environment happy-dom
import { screen } from "@testing-library/react";
import { afterEach, describe, expect, test, vi } from "vitest";

import { anOverview, PROJECT } from "../../test/fixtures.ts";
import { renderPart } from "../../test/render.tsx";
import { WallPage, readWallAddress } from "./wall-page.tsx";

const HASH = `#project=${PROJECT}&key=ovo_secret`;

afterEach(() => {
  vi.unstubAllGlobals();
  window.location.hash = "";
});

async function showWall(answer: () => Promise<Response>) {
  const asked: { url: string; headers: Headers }[] = [];
  vi.stubGlobal("fetch", (url: string, init: RequestInit) => {
    asked.push({ url, headers: new Headers(init.headers) });
    return answer();
  });
  window.location.hash = HASH;
  await renderPart(<WallPage />);
  return asked;
}

const checks =
  (...items: ReturnType<typeof anOverview>[]) =>
  () =>
    Promise.resolve(Response.json({ items, next: null }));

describe("a wall", () => {
  test("says first what is down, why and since when, and shows all else as tiles", async () => {
    const openedAt = new Date(Date.now() - 7_200_000).toISOString();
    const asked = await showWall(
      checks(
        anOverview({ id: "a", name: "sync", status: "up" }),
        anOverview({
          id: "b",
          name: "nightly backup",
          status: "down",
          incident: { id: "i", reason: "failed", openedAt, exitStatus: 3 },
        }),
      ),
    );
    expect(await screen.findByRole("heading", { name: "1 down, 1 fine" })).toBeTruthy();
    expect(screen.getByText(/Failed 2 h ago, exit 3/)).toBeTruthy();
    expect(screen.getByText("sync")).toBeTruthy();
    expect(asked[0]?.url).toBe(`/v1/projects/${PROJECT}/check-overviews`);
    expect(asked[0]?.headers.get("authorization")).toBe("Bearer ovo_secret");
  });

  test("says that all is well", async () => {
    await showWall(checks(anOverview({ id: "a", status: "up" }), anOverview({ id: "b", status: "up" })));
    expect(await screen.findByRole("heading", { name: "All 2 jobs are fine" })).toBeTruthy();
  });

  test("says that its key was revoked", async () => {
    await showWall(() => Promise.resolve(new Response(null, { status: 401 })));
    expect(await screen.findByText(/it was revoked/)).toBeTruthy();
  });

  test("without a key says where to get one", async () => {
    window.location.hash = "";
    await renderPart(<WallPage />);
    expect(screen.getByText(/in the settings of a project/)).toBeTruthy();
  });
});

test("the address has the key behind “#”, where no server sees it", () => {
  expect(readWallAddress(HASH)).toEqual({ project: PROJECT, key: "ovo_secret", theme: null });
  expect(readWallAddress(`${HASH}&theme=dark`)?.theme).toBe("dark");
  expect(readWallAddress("#key=x")).toBeNull();
});
