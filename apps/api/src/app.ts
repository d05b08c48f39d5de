import type { MiddlewareHandler } from "hono";

import { alertRouteHandlers, notificationPreviewRoutes } from "./alert-routes/alert-routes.ts";
import { auditExportRoutes, auditRoutes } from "./audit/audit-routes.ts";
import { auditStreamRoutes } from "./audit/stream-routes.ts";
import { authRoutes, meRoutes } from "./auth/auth-routes.ts";
import { deletionRoutes } from "./auth/deletion-routes.ts";
import { emailChangeRoutes } from "./auth/email-change-routes.ts";
import { signInLinkRoutes } from "./auth/sign-in-link-routes.ts";
import { oidcRoutes } from "./auth/oidc-routes.ts";
import { passkeyRoutes, passkeySignInRoutes } from "./auth/passkey-routes.ts";
import { recoveryRoutes } from "./auth/recovery-routes.ts";
import { authenticatorRoutes, secondFactorRoutes } from "./auth/second-factor-routes.ts";
import { sessionRoutes } from "./auth/session-routes.ts";
import { trustedHeaderRoutes } from "./auth/trusted-header-routes.ts";
import { channelRoutes } from "./channels/channel-routes.ts";
import { channelKindRoutes } from "./channels/kind-routes.ts";
import { confirmRoutes, unsubscribeRoutes } from "./channels/email-link-routes.ts";
import { signingSecretRoutes } from "./channels/signing-secret-routes.ts";
import { slackReturnRoutes, slackRoutes } from "./channels/slack-routes.ts";
import { telegramRoutes, telegramUpdateRoutes } from "./channels/telegram-routes.ts";
import { aliasRoutes } from "./checks/alias-routes.ts";
import { bulkRoutes } from "./checks/bulk-routes.ts";
import { checkRoutes } from "./checks/check-routes.ts";
import { checkMoveRoutes } from "./checks/move-routes.ts";
import { overviewRoutes, stripImageRoutes } from "./checks/overview-routes.ts";
import { configRoutes } from "./config/config-routes.ts";
import { deliveryRoutes } from "./deliveries/delivery-routes.ts";
import { quarantineRoutes } from "./quarantine/quarantine-routes.ts";
import type { Deps, Pings } from "./deps.ts";
import { docsRoutes } from "./docs/docs-routes.ts";
import { createDocument, documentSecurity, openapiRoutes } from "./docs/openapi-document.ts";
import { eventRoutes } from "./events/event-routes.ts";
import { healthchecksRoutes } from "./healthchecks/healthchecks-routes.ts";
import { activityRoutes } from "./history/activity-routes.ts";
import { exportRoutes, historyRoutes, noticeRoutes } from "./history/history-routes.ts";
import { pingHistoryRoutes, refusedPingRoutes } from "./history/ping-routes.ts";
import { durationRoutes, metricHistoryRoutes, outageRoutes, uptimeRoutes } from "./history/uptime-routes.ts";
import { registeredRoutes } from "./http/access.ts";
import { isHttps } from "./http/cookies.ts";
import { serveDeprecatedPaths } from "./http/deprecated-names.ts";
import { guard } from "./http/guard.ts";
import { errorHandler, notFound } from "./http/on-error.ts";
import { rateLimitHeaders } from "./http/rate-limits.ts";
import { compressJson, securityHeaders } from "./http/responses.ts";
import { createRouter } from "./http/route.ts";
import { actionLinkRoutes } from "./incidents/action-link-routes.ts";
import { actRoutes, incidentRoutes } from "./incidents/incident-routes.ts";
import { slackButtonRoutes } from "./incidents/slack-button-routes.ts";
import { stormRoutes } from "./incidents/storm-routes.ts";
import { healthRoutes, instanceRoutes } from "./instance/instance-routes.ts";
import { metricsRoute } from "./instance/metrics.ts";
import { operatorRoutes } from "./instance/operator-routes.ts";
import { securityTxtRoute } from "./instance/security-txt.ts";
import { invitationRoutes, myInvitationRoutes } from "./invitations/invitation-routes.ts";
import { keyRoutes } from "./keys/key-routes.ts";
import { maintenanceRoutes } from "./maintenance/maintenance-routes.ts";
import { mcpRoutes } from "./mcp/mcp-routes.ts";
import { memberRoutes } from "./members/member-routes.ts";
import { personRoutes, rotationRoutes } from "./on-call/on-call-routes.ts";
import { leaseRoutes } from "./pings/lease-routes.ts";
import { HEARTBEAT_PATH } from "./pings/receiver.ts";
import { organizationMemberRoutes } from "./organizations/organization-member-routes.ts";
import { organizationRoutes } from "./organizations/organization-routes.ts";
import { usageRoutes } from "./plans/usage-routes.ts";
import { projectMoveRoutes } from "./projects/move-routes.ts";
import { privacyRoutes } from "./projects/privacy-routes.ts";
import { projectRoutes } from "./projects/project-routes.ts";
import { viewRoutes } from "./projects/view-routes.ts";
import { reliabilityRoutes } from "./reports/reliability-routes.ts";
import { reportRoutes, stopRoutes } from "./reports/report-routes.ts";
import { clockChangeRoutes } from "./schedules/clock-change-routes.ts";
import { scheduleRoutes } from "./schedules/schedule-routes.ts";
import { statusPageRoutes, subscriberRoutes } from "./status-pages/page-routes.ts";
import { statusPostRoutes } from "./status-pages/post-routes.ts";
import { ownHosts, publicPageRoutes } from "./status-pages/public-routes.ts";
import { shadowRoutes } from "./shadow/shadow-routes.ts";
import { siteHandler } from "./site/site.ts";

/** Signing in, and the account of the person who is signed in. */
function accountRoutes() {
  return createRouter()
    .route("/", authRoutes)
    .route("/", recoveryRoutes)
    .route("/", secondFactorRoutes)
    .route("/", authenticatorRoutes)
    .route("/", passkeySignInRoutes)
    .route("/", passkeyRoutes)
    .route("/", sessionRoutes)
    .route("/", signInLinkRoutes)
    .route("/", oidcRoutes)
    .route("/", trustedHeaderRoutes)
    .route("/", emailChangeRoutes)
    .route("/", deletionRoutes)
    .route("/", meRoutes);
}

function organizationParts() {
  return createRouter()
    .route("/", organizationRoutes)
    .route("/", organizationMemberRoutes)
    .route("/", usageRoutes);
}

/** All documented routes, for the typed client. */
function restRoutes() {
  return createRouter()
    .route("/", accountRoutes())
    .route("/", myInvitationRoutes)
    .route("/", instanceRoutes)
    .route("/", operatorRoutes)
    .route("/", projectRoutes)
    .route("/", projectMoveRoutes)
    .route("/", organizationParts())
    .route("/", memberRoutes)
    .route("/", invitationRoutes)
    .route("/", auditRoutes)
    .route("/", auditExportRoutes)
    .route("/", auditStreamRoutes)
    .route("/", privacyRoutes)
    .route("/", keyRoutes)
    .route("/", configRoutes)
    .route("/", checkRoutes)
    .route("/", aliasRoutes)
    .route("/", checkMoveRoutes)
    .route("/", bulkRoutes)
    .route("/", overviewRoutes)
    .route("/", uptimeRoutes)
    .route("/", activityRoutes)
    .route("/", durationRoutes)
    .route("/", metricHistoryRoutes)
    .route("/", exportRoutes)
    .route("/", scheduleRoutes)
    .route("/", clockChangeRoutes)
    .route("/", pingHistoryRoutes)
    .route("/", refusedPingRoutes)
    .route("/", historyRoutes)
    .route("/", noticeRoutes)
    .route("/", outageRoutes)
    .route("/", channelRoutes)
    .route("/", signingSecretRoutes)
    .route("/", channelKindRoutes)
    .route("/", telegramRoutes)
    .route("/", slackRoutes)
    .route("/", deliveryRoutes)
    .route("/", quarantineRoutes)
    .route("/", maintenanceRoutes)
    .route("/", shadowRoutes)
    .route("/", statusPageRoutes)
    .route("/", subscriberRoutes)
    .route("/", statusPostRoutes)
    .route("/", incidentRoutes)
    .route("/", stormRoutes)
    .route("/", actRoutes)
    .route("/", alertRouteHandlers)
    .route("/", notificationPreviewRoutes)
    .route("/", personRoutes)
    .route("/", rotationRoutes)
    .route("/", reportRoutes)
    .route("/", reliabilityRoutes)
    .route("/", viewRoutes)
    .route("/", eventRoutes)
    .route("/", healthRoutes)
    .route("/", metricsRoute);
}

export type Api = ReturnType<typeof restRoutes>;

/** The whole application, without a port or environment of its own. @throws where a route has no guard. */
export function createApp(deps: Deps) {
  const { settings, metrics, pings } = deps;
  const app = createRouter();
  app.onError(errorHandler(deps.log));
  app.notFound(notFound);
  app.use("/*", pingHostOnly(settings.pingHosts, pings), inDialect(pings));
  // Before everything else: a ping passes no middleware that it does not need.
  app.post(HEARTBEAT_PATH, guard({ auth: "self-checked" }), pings.heartbeat);
  app.all("/ping/*", guard({ auth: "self-checked" }), (c) =>
    pings.ping(c, c.req.path.slice("/ping/".length)),
  );
  app.use(
    "/*",
    metrics.timing(),
    rateLimitHeaders,
    compressJson,
    securityHeaders(isHttps(settings.publicUrl)),
    async (c, next) => {
      c.set("deps", deps);
      await next();
    },
    ownHosts(settings.publicUrl),
  );
  app.route("/", restRoutes());
  serveDeprecatedPaths(app);
  app.route("/", publicPageRoutes);
  app.route("/", leaseRoutes);
  app.route("/", stripImageRoutes);
  app.route("/", actionLinkRoutes);
  app.route("/", unsubscribeRoutes);
  app.route("/", telegramUpdateRoutes);
  app.route("/", confirmRoutes);
  app.route("/", stopRoutes);
  app.route("/", slackReturnRoutes);
  app.route("/", slackButtonRoutes);
  app.route("/", healthchecksRoutes);
  app.route(
    "/",
    mcpRoutes((request, env) => app.fetch(request, env)),
  );
  const document = () => createDocument(app, settings.version);
  app.route("/", openapiRoutes(document));
  app.route("/", docsRoutes(document));
  app.route("/", securityTxtRoute);
  app.get("/*", guard({ auth: "public", isRateLimitExempt: true }), siteHandler(deps.site));
  documentSecurity(app, settings.publicUrl);
  registeredRoutes(app.routes);
  return app;
}

/** What another monitor's client sends to an address of that monitor. The pings of our own addresses come later. */
function inDialect(pings: Pick<Pings, "dialect">): MiddlewareHandler {
  return async (c, next) => {
    const answered = c.req.path.startsWith("/ping/") ? null : await pings.dialect(c);
    return answered ?? (await next());
  };
}

/** A check's UUID, or a project's ping key and a slug: no path of the app begins so. */
const PING_PATH =
  /^\/+(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?:\/|$)|[-A-Za-z0-9_]{22,}\/+[-A-Za-z0-9_]+)/i;

/**
 * On the hosts that are for pings alone, every path is a ping's; on any other host this does nothing. An HTTP/1.0 request
 * has no Host header: there the path alone must show that it is a ping.
 */
function pingHostOnly(
  pingHosts: readonly string[],
  pings: Pick<Pings, "ping" | "dialect">,
): MiddlewareHandler {
  const hosts = new Set(pingHosts.map(withoutStandardPort));
  return async (c, next) => {
    if (hosts.size === 0) return await next();
    const host = c.req.header("host")?.trim() ?? "";
    const isForPings = host === "" ? PING_PATH.test(c.req.path) : hosts.has(withoutStandardPort(host));
    if (!isForPings) return await next();
    const answered = await pings.dialect(c);
    if (answered !== null) return answered;
    // The path with `/ping/`, as on the other hosts, works too.
    return await pings.ping(c, c.req.path.replace(/^\/+(?:ping\/+)?/, ""));
  };
}

function withoutStandardPort(host: string): string {
  return host.toLowerCase().replace(/\.?(?::(?:80|443))?$/, "");
}
