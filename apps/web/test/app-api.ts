import type { Me } from "../src/accounts/account-queries.ts";
import { type fakeApi, page } from "./fake-api.ts";
import { CHANNEL_KINDS, PROJECT } from "./fixtures.ts";

export const ORGANIZATION = "01900000-0000-7000-8000-00000000000a";

/** Ada, who owns one project. */
export const ADA: Me = {
  user: { id: "ada", name: "Ada", email: "ada@example.org", isVerified: true, deleteAfter: null },
  projects: [
    { id: PROJECT, name: "Home server", role: "owner", organizationId: ORGANIZATION, openIncidents: 0 },
  ],
  organizations: [{ id: ORGANIZATION, name: "Ada", role: "owner" }],
  isOperator: false,
};

/** Ada with view-only access. */
export const VIEWER: Me = {
  ...ADA,
  projects: ADA.projects.map((project) => ({ ...project, role: "viewer" })),
};

/** An instance that is set up, allows everybody to sign up, and has a mail server. */
export const INSTANCE = {
  setupNeeded: false,
  registration: "open",
  signUp: "by-password",
  passwordReset: true,
  trustedHeader: null,
  slackApp: false,
  oidcName: null,
  problem: null,
};

/** The responses that every page of the app needs, for this person on an instance that is set up. */
export function appApi(me: Me = ADA): Parameters<typeof fakeApi>[0] {
  const project = `/v1/projects/${PROJECT}`;
  return {
    "GET /v1/me": me,
    "GET /v1/instance": INSTANCE,
    "GET /v1/channel-kinds": { items: CHANNEL_KINDS },
    "GET /v1/invitations": page(),
    [`GET ${project}/check-overviews`]: page(),
    [`GET ${project}/channels`]: page(),
    [`GET ${project}/people`]: page(),
    [`GET ${project}/rotations`]: page(),
    [`GET ${project}/incidents`]: page(),
  };
}
