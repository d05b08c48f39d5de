import { createRoute } from "@tanstack/react-router";

import { instanceQuery } from "../accounts/account-queries.ts";
import { lazyRouteComponent, redirectToSetup, root } from "./project-route.ts";
import { readExplainSearch, readText } from "./search.ts";

/** `step`: "code" after a sign-in elsewhere that wants a second factor. `problem`: why one was refused. `out`: after signing out. */
type SignInSearch = Partial<Record<"to" | "step" | "problem" | "out", string | undefined>>;

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: ({ to, step, problem, out }): SignInSearch => ({
    to: readText(to),
    step: readText(step),
    problem: readText(problem),
    out: readText(out),
  }),
  beforeLoad: ({ context }) => redirectToSetup(context.queryClient),
  component: lazyRouteComponent(() => import("../pages/sign-in-page.tsx"), "SignInPage"),
});

const signUp = createRoute({
  getParentRoute: () => root,
  path: "/sign-up",
  loader: ({ context }) => context.queryClient.ensureQueryData(instanceQuery),
  component: lazyRouteComponent(() => import("../pages/sign-up-pages.tsx"), "SignUpPage"),
});

const forgotPassword = createRoute({
  getParentRoute: () => root,
  path: "/forgot-password",
  loader: ({ context }) => context.queryClient.ensureQueryData(instanceQuery),
  component: lazyRouteComponent(() => import("../pages/password-pages.tsx"), "ForgotPasswordPage"),
});

/** Links in e-mails contain a token. */
const readToken = ({ token }: Record<string, unknown>): { token?: string | undefined } => ({
  token: readText(token),
});

const resetPassword = createRoute({
  getParentRoute: () => root,
  path: "/reset-password",
  validateSearch: readToken,
  component: lazyRouteComponent(() => import("../pages/password-pages.tsx"), "ResetPasswordPage"),
});

const finishSignUp = createRoute({
  getParentRoute: () => root,
  path: "/finish-sign-up",
  validateSearch: readToken,
  component: lazyRouteComponent(() => import("../pages/sign-up-pages.tsx"), "FinishSignUpPage"),
});

const verifyAddress = createRoute({
  getParentRoute: () => root,
  path: "/verify-address",
  validateSearch: readToken,
  component: lazyRouteComponent(() => import("../pages/sign-up-pages.tsx"), "VerifyAddressPage"),
});

const signInLink = createRoute({
  getParentRoute: () => root,
  path: "/sign-in-link",
  validateSearch: readToken,
  component: lazyRouteComponent(() => import("../pages/sign-in-link-page.tsx"), "SignInLinkPage"),
});

const emailChange = createRoute({
  getParentRoute: () => root,
  path: "/email-change",
  validateSearch: readToken,
  component: lazyRouteComponent(() => import("../pages/account-link-pages.tsx"), "EmailChangePage"),
});

const keepAccount = createRoute({
  getParentRoute: () => root,
  path: "/keep-account",
  validateSearch: readToken,
  component: lazyRouteComponent(() => import("../pages/account-link-pages.tsx"), "KeepAccountPage"),
});

/** For a screen on a wall. A key in the fragment of its address takes the place of signing in. */
const wall = createRoute({
  getParentRoute: () => root,
  path: "/wall",
  component: lazyRouteComponent(() => import("../pages/wall-page.tsx"), "WallPage"),
});

const invitation = createRoute({
  getParentRoute: () => root,
  path: "/invitation",
  validateSearch: readToken,
  component: lazyRouteComponent(() => import("../pages/invitation-page.tsx"), "InvitationPage"),
});

const setup = createRoute({
  getParentRoute: () => root,
  path: "/setup",
  validateSearch: readToken,
  loader: ({ context }) => context.queryClient.ensureQueryData(instanceQuery),
  component: lazyRouteComponent(() => import("../pages/sign-up-pages.tsx"), "SetupPage"),
});

const explain = createRoute({
  getParentRoute: () => root,
  path: "/explain",
  validateSearch: readExplainSearch,
  component: lazyRouteComponent(() => import("../pages/explain-page.tsx"), "ExplainPage"),
});

/** The pages that need no sign-in. */
export const accountRoutes = [
  wall,
  signIn,
  signInLink,
  signUp,
  forgotPassword,
  resetPassword,
  finishSignUp,
  verifyAddress,
  emailChange,
  keepAccount,
  invitation,
  setup,
  explain,
] as const;
