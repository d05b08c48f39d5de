import {
  type DayRecord,
  dayText,
  type PublicEntry,
  type PublicGroup,
  type PublicIncident,
  type PublicMaintenance,
  type PublicState,
  percentText,
  stripText,
  type UpdateState,
} from "@overdue/core";
import { html } from "hono/html";

import type { ServedPage } from "./page-cache.ts";
import {
  renderDocument,
  type Html,
  STATE_TEXT,
  stateIcon,
  stateLabel,
  stripKey,
  stripPicture,
  timeTag,
  timeText,
} from "./page-frame.ts";

/** How a page is addressed. `base`: what its links begin with; `hasMail`: people may subscribe by e-mail. */
export type PageLinks = { base: string; hasMail: boolean };

const HEADLINES: Record<PublicState, string> = {
  operational: "Everything works",
  degraded: "Some parts have problems",
  down: "Everything is down",
  maintenance: "Maintenance is under way",
  unknown: "Nothing is watched at the moment",
};

export const UPDATE_TEXT: Record<UpdateState, string> = {
  investigating: "Investigating",
  identified: "Identified",
  monitoring: "Monitoring",
  resolved: "Resolved",
  notice: "Announcement",
};

/** The page as its visitors see it. */
export function statusPageHtml(served: ServedPage, { base, hasMail }: PageLinks): Promise<string> {
  const { loaded, view, loadedAt } = served;
  const { name, description, theme, timezone, visibility } = loaded;
  const zone = timezone;
  const head = html`<link
    rel="alternate"
    type="application/atom+xml"
    href="${base}/feed.atom"
    title="${name}"
  />`;
  return renderDocument(
    { title: `${name}: ${HEADLINES[view.state]}`, theme, head, isIndexed: visibility === "public" },
    html`<body>
      <header>
        <h1>${name}</h1>
        ${description === "" ? "" : html`<p class="soft text">${description}</p>`}
        <p class="card headline ${view.state}">
          ${stateIcon(view.state)}<span>${HEADLINES[view.state]}</span>
        </p>
      </header>
      <main>
        ${view.open.length === 0 ? "" : html`<h2 class="for-screen-readers">Open incidents</h2>`}
        ${view.open.map((incident) => incidentCard(incident, zone))}
        ${view.maintenance.length === 0 ? "" : maintenanceSection(view.maintenance, zone)}
        ${view.groups.map((group) => groupSection(group, { zone, isOnly: view.groups.length === 1 }))}
        ${view.groups.length === 0 ? html`<p class="card">This page shows nothing yet.</p>` : stripKey()}
        ${pastSection(view.past, zone)} ${subscribeSection(base, hasMail)}
      </main>
      <footer>As of ${timeTag(loadedAt, zone)}. Times are those of ${zone}. Watched by Overdue.</footer>
    </body>`,
  );
}

function incidentCard(incident: PublicIncident, zone: string): Html {
  const { id, title, kind, resolvedAt, affects, isAutomatic } = incident;
  const [newest] = incident.updates;
  const tone = resolvedAt === null ? `open ${isAutomatic ? "down" : "degraded"}` : "";
  return html`<article class="card ${tone}" id="${id}">
    <div class="row">
      <h3>${title}</h3>
      ${newest && kind === "incident" ? html`<span class="state">${UPDATE_TEXT[newest.state]}</span>` : ""}
    </div>
    <p class="soft">
      ${spanText(incident, zone)}${affects.length > 0 && !isAutomatic ? ` · ${affects.join(", ")}` : ""}
    </p>
    ${incident.updates.length === 0 ? "" : updateList(incident, zone)}
  </article>`;
}

function spanText({ kind, startedAt, resolvedAt }: PublicIncident, zone: string): Html {
  if (kind === "announcement") return timeTag(startedAt, zone);
  return resolvedAt === null
    ? html`Since ${timeTag(startedAt, zone)}`
    : html`${timeTag(startedAt, zone)} to ${timeTag(resolvedAt, zone)}`;
}

function updateList({ updates, kind }: PublicIncident, zone: string): Html {
  if (kind === "announcement")
    return html`${updates.map(
      (update) =>
        html`<p class="text">${update.text}</p>
          ${update.editedAt === null ? "" : html`<p class="soft">Edited ${timeTag(update.editedAt, zone)}</p>`}`,
    )}`;
  return html`<ol>
    ${updates.map(
      ({ at, editedAt, state, text }) =>
        html`<li>
          <strong>${UPDATE_TEXT[state]}</strong>
          <span class="soft"
            >${timeTag(at, zone)}${editedAt === null ? "" : html`, edited ${timeTag(editedAt, zone)}`}</span
          >
          <div class="text">${text}</div>
        </li>`,
    )}
  </ol>`;
}

function maintenanceSection(spans: readonly PublicMaintenance[], zone: string): Html {
  return html`<section>
    <h2>Maintenance</h2>
    ${spans.map(
      ({ from, until, isActive, affects }) =>
        html`<article class="card ${isActive ? "open maintenance" : ""}">
          <h3>${isActive ? "Under way" : "Planned"}: ${affects.join(", ")}</h3>
          <p class="soft">${timeTag(from, zone)} to ${timeTag(until, zone)}</p>
        </article>`,
    )}
  </section>`;
}

type GroupAt = { zone: string; isOnly: boolean };

function groupSection({ name, state, entries }: PublicGroup, { zone, isOnly }: GroupAt): Html {
  const title = name === "" ? (isOnly ? "Jobs" : "Others") : name;
  return html`<section>
    <div class="row">
      <h2>${title}</h2>
      ${entries.length > 1 ? stateLabel(state) : ""}
    </div>
    <div class="card group">${entries.map((entry) => entryPart(entry, zone))}</div>
  </section>`;
}

function entryPart({ name, state, since, uptime, marks, days }: PublicEntry, zone: string): Html {
  const bad = days.filter(({ late, failed, missed }) => late + failed + missed > 0).toReversed();
  return html`<div class="entry">
    <div class="row">
      <h3>${name}</h3>
      ${stateLabel(state)}
    </div>
    ${since === null ? "" : html`<p class="soft">Down since ${timeTag(since, zone)}</p>`}
    ${stripPicture(marks, `The last ${days.length} days, one mark for each: ${stripText(marks)}`)}
    <div class="scale">
      <span>${days.length} days ago</span>
      ${uptime === null ? "" : html`<span>${percentText(uptime)} of the runs came</span>`}
      <span>today</span>
    </div>
    ${bad.length === 0 ? "" : badDays(bad)}
  </div>`;
}

const BAD_DAYS_MAX = 14;

function badDays(bad: readonly DayRecord[]): Html {
  const more = bad.length - BAD_DAYS_MAX;
  return html`<details>
    <summary>${bad.length === 1 ? "1 day" : `${bad.length} days`} with late, failed or missed runs</summary>
    <ul>
      ${bad.slice(0, BAD_DAYS_MAX).map((day) => html`<li>${dayText(day, dayName(day.day))}</li>`)}
      ${more > 0 ? html`<li>and ${more} more</li>` : ""}
    </ul>
  </details>`;
}

const DAY_NAME = new Intl.DateTimeFormat("en-GB", {
  timeZone: "UTC",
  weekday: "short",
  day: "numeric",
  month: "short",
});

function dayName(day: string): string {
  return DAY_NAME.format(Date.parse(`${day}T12:00:00Z`));
}

function pastSection(past: readonly PublicIncident[], zone: string): Html {
  return html`<section>
    <h2>The last 14 days</h2>
    ${
      past.length === 0
        ? html`<p class="soft">No incidents.</p>`
        : past.map((incident) => incidentCard(incident, zone))
    }
  </section>`;
}

function subscribeSection(base: string, hasMail: boolean): Html {
  return html`<section>
    <h2>Get updates</h2>
    <div class="card">
      ${
        hasMail
          ? html`<form method="post" action="${base}/subscribe">
              <label for="email">Updates by e-mail</label>
              <input id="email" name="email" type="email" autocomplete="email" maxlength="254" required />
              <button type="submit">Subscribe</button>
            </form>`
          : ""
      }
      <p class="feeds">
        <a href="${base}/feed.atom">Atom feed</a><a href="${base}/feed.rss">RSS feed</a
        ><a href="${base}/summary.json">JSON</a>
      </p>
    </div>
  </section>`;
}

/** A small page in a frame: how all is, and a link to the whole. */
export function widgetHtml({ loaded, view, loadedAt }: ServedPage, url: string): Promise<string> {
  const { name, theme, timezone } = loaded;
  return renderDocument(
    { title: name, theme, isIndexed: false },
    html`<body class="widget">
      <a class="${view.state}" href="${url}" target="_blank" rel="noopener">
        ${stateIcon(view.state)}
        <span
          >${name}: ${view.state === "unknown" ? STATE_TEXT.unknown : HEADLINES[view.state]}
          <small>As of ${timeText(loadedAt, timezone)}</small></span
        >
      </a>
    </body>`,
  );
}

/** One of the few other pages: a title, sentences, and a form where there is something to do. */
export type Notice = { title: string; sentences: readonly string[]; form?: Html };

export function noticeHtml(
  { title, sentences, form }: Notice,
  of: { theme: "auto" | "light" | "dark"; back: string | null },
): Promise<string> {
  return renderDocument(
    { title, theme: of.theme, isIndexed: false },
    html`<body>
      <header><h1>${title}</h1></header>
      <main>
        <div class="card">
          ${sentences.map((sentence) => html`<p>${sentence}</p>`)} ${form ?? ""}
          ${of.back === null ? "" : html`<p class="feeds"><a href="${of.back}">Back to the page</a></p>`}
        </div>
      </main>
    </body>`,
  );
}

/** Asks for the password of a page. `isWrong`: one was sent that is not right. */
export function passwordNotice(base: string, name: string, isWrong: boolean): Notice {
  return {
    title: name,
    sentences: [isWrong ? "This password is not right: try again." : "This page asks for a password."],
    form: html`<form method="post" action="${base}/password">
      <label for="password">Password</label>
      <input
        id="password"
        name="password"
        type="password"
        autocomplete="current-password"
        maxlength="128"
        required
      />
      <button type="submit">Show the page</button>
    </form>`,
  };
}
