// @vitest-environment happy-dom
import { screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";

import { fakeApi } from "../../test/fake-api.ts";
import { PROJECT } from "../../test/fixtures.ts";
import { renderPart } from "../../test/render.tsx";
import { PrivacyCard } from "./privacy-card.tsx";

const path = `/v1/projects/${PROJECT}/privacy`;
const stored = {
  bodies: "all",
  redactions: [],
  words: [],
  shortAddresses: false,
  kept: { pings: 1_000, pingDays: 90, runDays: 400 },
};

test("what is left out of what jobs send is chosen by kind and by words of one's own", async () => {
  const sent = fakeApi({ [`GET ${path}`]: stored, [`PUT ${path}`]: stored });
  const { user } = await renderPart(<PrivacyCard projectId={PROJECT} isOwner />);
  await user.selectOptions(
    await screen.findByLabelText("What a job sends"),
    "is stored without what is chosen here",
  );
  await user.click(screen.getByLabelText("E-mail addresses"));
  await user.type(screen.getByLabelText("These words too"), "acme, , project x");
  await user.click(screen.getByRole("button", { name: "Save" }));
  await vi.waitFor(() =>
    expect(sent.find(({ method }) => method === "PUT")?.json).toEqual({
      bodies: "redacted",
      redactions: ["emails"],
      words: ["acme", "project x"],
      shortAddresses: false,
    }),
  );
});

test("a member reads what is kept, and who may change it", async () => {
  fakeApi({ [`GET ${path}`]: { ...stored, bodies: "none", shortAddresses: true } });
  await renderPart(<PrivacyCard projectId={PROJECT} isOwner={false} />);
  await screen.findByText(/1,000 pings of each check for 90 days .* nothing of what the job sent/);
  screen.getByText("Only admins and owners can change this.");
  expect(screen.queryByRole("button", { name: "Save" })).toBeNull();
});
