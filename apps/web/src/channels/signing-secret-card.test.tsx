// @vitest-environment happy-dom
import { screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";

import { fakeApi } from "../../test/fake-api.ts";
import { aChannel, PROJECT } from "../../test/fixtures.ts";
import { renderPart } from "../../test/render.tsx";
import { SigningSecretCard } from "./signing-secret-card.tsx";

const until = "2999-11-20T13:00:00.000Z";
const webhook = aChannel({ id: "hook", kind: "webhook", formerSecretUntil: until });
const path = `/v1/projects/${PROJECT}/channels/hook`;

test("a new signing secret is shown once, and the former one can be ended", async () => {
  const sent = fakeApi({
    [`POST ${path}/rotate-secret`]: { ...webhook, shownOnce: { secret: "whsec_new" } },
    [`POST ${path}/end-former-secret`]: { ...webhook, formerSecretUntil: null },
  });
  const onSaved = vi.fn();
  const { user } = await renderPart(
    <SigningSecretCard projectId={PROJECT} channel={webhook} onSaved={onSaved} />,
  );
  await user.selectOptions(screen.getByLabelText("The old secret"), "works for another week");
  await user.click(screen.getByRole("button", { name: "Make a new secret" }));
  await screen.findByText("whsec_new");
  expect(sent.at(-1)?.json).toEqual({ keepOldSeconds: 604_800 });
  await user.click(screen.getByRole("button", { name: "I have copied it" }));
  await user.click(screen.getByRole("button", { name: "End it now" }));
  await vi.waitFor(() => expect(onSaved.mock.lastCall?.[0]).toEqual({ ...webhook, formerSecretUntil: null }));
});
