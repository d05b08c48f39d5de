import type { ProblemCode } from "../http/problem.ts";

/** What holds for every route; the page and the document both show it. */
export const GUIDE: readonly { title: string; text: string }[] = [
  {
    title: "Who is asking",
    text: "Send an API key as “Authorization: Bearer …” or “X-Api-Key: …”, or the cookie of a session, which changes things only from our own pages (header Origin). A key belongs to one project: scope read reads, write changes checks, channels and routes as well, ping is for sending pings. What is another project's is answered with 404, as if it were not there.",
  },
  {
    title: "Problems",
    text: "Every refusal is application/problem+json (RFC 9457): code is for programs and never changes, detail is a sentence for a person, errors names the fields at fault.",
  },
  {
    title: "Lists",
    text: "A list answers {items, next}. Ask again with cursor set to next until it is null; limit is at most 200.",
  },
  {
    title: "Edits",
    text: "An edit writes only the fields that are sent. Send the ETag that you saw as If-Match: where somebody else was first, the answer is 412 and nothing is written.",
  },
  {
    title: "Creations",
    text: "Send an Idempotency-Key with whatever creates something. For 24 hours, asking again with the same key and the same body makes nothing and answers as the first time (header Idempotency-Replayed); another body with the same key is 422.",
  },
  {
    title: "Limits",
    text: "Each key, each signed-in person, and each address that names neither has a number of requests a minute (API_RATE_LIMIT, 1,200 by itself; an IPv6 address is its /64). RateLimit and RateLimit-Policy say how you stand, as the IETF's draft has it, and RateLimit-Limit, -Remaining and -Reset say it for older clients. Beyond, the answer is 429 with Retry-After. Each api process counts for itself. Signing in is held back more strictly: 10 tries a minute from an address, and 10 in a quarter of an hour for an account, unless from an address that the person is signed in from. Pings and health are never held back.",
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
  not_found: "There is no such thing in this project.",
  method_not_allowed: "This address does not know the method.",
  conflict: "It cannot be done as things are; detail says why.",
  idempotency_in_progress: "The first request with this Idempotency-Key is still at work: ask again.",
  version_conflict: "Somebody else edited it since: read it again.",
  too_large: "The body is larger than 64 kB.",
  unsupported_media_type: "The body is not application/json.",
  limit_reached: "The project holds as many as it may.",
  idempotency_key_reused: "This Idempotency-Key came with another body before: use a new one.",
  too_many_requests: "Wait as long as Retry-After says.",
  internal: "A fault of ours; it has been logged.",
  unavailable: "The database does not answer: try again in a moment.",
};

/** The sections of the page, in order. */
export const TAGS: readonly { name: string; description: string }[] = [
  { name: "Projects", description: "A tenant: all else belongs to one project, and no other sees it." },
  { name: "Checks", description: "One monitored job each: its schedule, its limits, its channels." },
  {
    name: "History",
    description: "What was heard of a check and what was decided: pings, runs, slots, flips.",
  },
  { name: "Incidents", description: "From going down to coming up again, and what people did meanwhile." },
  { name: "Status pages", description: "Pages for people without an account, with posts and subscribers." },
  { name: "Maintenance", description: "Windows in which missed deadlines and failures raise no alert." },
  { name: "Channels", description: "Where alerts go." },
  { name: "Routes", description: "Which incidents go to whom, when and how often." },
  { name: "On call", description: "People, and who of them it is at which hour." },
  { name: "Deliveries", description: "One alert to one channel each, and what became of it." },
  { name: "Members", description: "Who belongs to a project." },
  { name: "Keys", description: "For programs; one project and one scope each." },
  { name: "Audit", description: "Who changed what, when and from where." },
  { name: "Events", description: "What changes, as it changes." },
  { name: "Schedules", description: "What a schedule means, before it is used." },
  { name: "Account", description: "Signing in and out." },
  { name: "Instance", description: "About this instance." },
  {
    name: "Healthchecks",
    description: "The management API, badges and metrics that Healthchecks' clients know.",
  },
];
