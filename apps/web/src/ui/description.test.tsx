// @vitest-environment happy-dom
import { screen } from "@testing-library/react";
import { expect, test } from "vitest";

import { renderPart } from "../../test/render.tsx";
import { Description } from "./description.tsx";

test("a description in Markdown has lists, emphasis and links that open elsewhere", async () => {
  await renderPart(
    <Description
      text={"# When it is down\n\n1. Look at **db1**\n2. See [the runbook](https://wiki.example.org/b)"}
    />,
  );
  const link = await screen.findByRole("link", { name: "the runbook" });
  expect(link.getAttribute("href")).toBe("https://wiki.example.org/b");
  expect(link.getAttribute("rel")).toBe("noreferrer");
  expect(screen.getAllByRole("listitem")).toHaveLength(2);
  expect(screen.queryByRole("heading")).toBeNull();
});

test.each([
  "[x](javascript:alert(1))",
  "[x](data:text/html,hello) *y*",
  "<script>alert(1)</script> **y**",
  "<img src=x onerror=alert(1)> **y**",
  "**y** [x](JaVaScRiPt:alert(1))",
])("a description can neither run anything nor load anything: %s", async (text) => {
  const { container } = await renderPart(<Description text={text} />);
  await new Promise((resolve) => setTimeout(resolve, 0));
  await import("./markdown-text.tsx");
  expect(container.querySelector("script, img, iframe, a")).toBeNull();
});

test("a picture in a description becomes a link, so that its server learns nothing", async () => {
  const { container } = await renderPart(
    <Description text="![a plan](https://pictures.example.org/plan.png)" />,
  );
  expect((await screen.findByRole("link", { name: "a plan" })).getAttribute("href")).toMatch(/plan\.png$/);
  expect(container.querySelector("img")).toBeNull();
});

test("plain text stays as it was typed", async () => {
  const { container } = await renderPart(<Description text={"Call Ada.\nThen https://wiki.example.org."} />);
  expect(container.querySelector("p")?.textContent).toBe("Call Ada.\nThen https://wiki.example.org.");
});
