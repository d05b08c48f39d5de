import type { ProblemCode } from "../http/problem.ts";

/** Rules for every route; both the page and the document show them. */
export const GUIDE: readonly { title: string; text: string }[] = [
  {
    title: "Authentication",
    text: "Send an API key as “Authorization: Bearer …” or “X-Api-Key: …”, or the cookie of a session, which can change things only from the app's own pages (header Origin). A key belongs to one project: the scope read reads, read:bodies also what jobs sent and addresses, write also changes checks, channels and alert routes, ping sends pings. For another project's objects the response is 404, as if they did not exist.",
  },
  {
    title: "Problems",
    text: "Every error is application/problem+json (RFC 9457): code is for programs and never changes, detail is a sentence for a person, errors names the invalid fields.",
  },
  {
    title: "Lists",
    text: "A list returns {items, next}. Repeat the request with cursor set to next until next is null; limit is at most 200.",
  },
  {
    title: "Edits",
    text: "An edit writes only the fields that are sent. Send the ETag that you received as If-Match: if somebody else has edited the object since, the response is 412 and nothing is written.",
  },
  {
    title: "Creations",
    text: "Send an Idempotency-Key with every request that creates something. For 24 hours, a request with the same key and the same body creates nothing and gets the first response again (header Idempotency-Replayed); another body with the same key gets 422.",
  },
  {
    title: "Limits",
    text: "Each key, each signed-in person and, for anonymous requests, each address may make 1,200 requests a minute by default (API_RATE_LIMIT); IPv6 addresses are counted by /64. The headers RateLimit and RateLimit-Policy show your remaining requests, as in the IETF's draft, and RateLimit-Limit, -Remaining and -Reset do so for older clients. Beyond the limit the response is 429 with Retry-After. Without Redis each api process counts for itself. Signing in has stricter limits. Pings and health checks are never limited.",
  },
  {
    title: "Times",
    text: "Every instant is ISO 8601 in UTC.",
  },
];

/** What each problem code means. */
export const PROBLEM_MEANINGS: Record<ProblemCode, string> = {
  malformed: "The request cannot be read: not JSON, not UTF-8, too deep.",
  invalid_input: "A field is wrong; errors names it.",
  unauthorized: "Nobody is signed in, or the key is unknown, expired or revoked.",
  forbidden: "The role or the key's scope does not suffice, or the request came from another site.",
  fresh_sign_in_needed:
    "A person must first prove again who they are: POST /api/auth/verify, or a new sign-in. It does not concern keys.",
  not_found: "There is no such object in this project.",
  method_not_allowed: "This address does not support the method.",
  conflict: "The present state does not allow it; detail says why.",
  idempotency_in_progress: "The first request with this Idempotency-Key is still under way: try again.",
  version_conflict: "Somebody else has edited it since: read it again.",
  too_large: "The body is larger than the route takes: 64 kB, 2 MB for a configuration file.",
  unsupported_media_type: "The body is not application/json.",
  limit_reached: "The project has as many of these as allowed.",
  idempotency_key_reused: "This Idempotency-Key was used with another body before: use a new one.",
  too_many_requests: "Wait as long as Retry-After says.",
  internal: "A fault of Overdue itself; it has been logged.",
  unavailable: "The database does not answer: try again in a moment.",
};

/** The sections of the page, in order. */
export const TAGS: readonly { name: string; description: string }[] = [
  {
    name: "Projects",
    description: "A tenant: everything else belongs to one project, and no other project sees it.",
  },
  { name: "Organizations", description: "They have projects, and people with a role in all of these." },
  { name: "Checks", description: "One monitored job each: its schedule, its limits, its channels." },
  {
    name: "History",
    description: "What a check received and what followed from it: pings, runs, slots, flips.",
  },
  { name: "Pings", description: "What a job says: that it starts, that it ended well or failed." },
  {
    name: "Shadow mode",
    description: "Pings that are forwarded to another product too, and how far both agree.",
  },
  { name: "Incidents", description: "From going down to coming up again, and what people did meanwhile." },
  { name: "Status pages", description: "Pages for people without an account, with posts and subscribers." },
  { name: "Maintenance", description: "Windows in which missed deadlines and failures raise no alert." },
  { name: "Channels", description: "Where alerts go." },
  { name: "Alert routes", description: "Which incidents go to whom, when and how often." },
  { name: "On call", description: "People, and who is on call when." },
  { name: "Deliveries", description: "One alert to one channel each, and its result." },
  { name: "Members", description: "Who belongs to a project." },
  { name: "Keys", description: "For programs; each has one project and one scope." },
  { name: "Audit", description: "Who changed what, when and from where." },
  { name: "Events", description: "A stream of changes, for pages that stay open." },
  { name: "Schedules", description: "What a schedule means, before it is used." },
  { name: "Account", description: "Signing in and out." },
  { name: "Instance", description: "About this instance." },
  {
    name: "Healthchecks",
    description: "The management API, badges and metrics that Healthchecks' clients know.",
  },
];
