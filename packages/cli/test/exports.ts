import { parse } from "yaml";

/** Exports in each product's own form, cut to what matters. */
export const EXPORTS: Readonly<Record<string, unknown>> = {
  cronitor: {
    total_monitor_count: 5,
    page_size: 50,
    monitors: [
      {
        key: "nightly-backup",
        name: "Nightly backup",
        type: "job",
        platform: "linux cron",
        schedule: "30 2 * * *",
        timezone: "Europe/Berlin",
        grace_seconds: 600,
        failure_tolerance: 1,
        schedule_tolerance: null,
        assertions: ["metric.duration < 15 min", "metric.error_count < 5"],
        tags: ["prod", "data base"],
        note: "Runs on db1.",
        notify: ["default"],
        paused: false,
      },
      {
        key: "x7Kd2p",
        name: "Queue",
        type: "heartbeat",
        schedule: "every 5 minutes",
        grace_seconds: null,
        paused: true,
      },
      { key: "purge", name: "", type: "job", platform: "kubernetes", schedule: "0 * * * *", timezone: null },
      { key: "home", name: "Home page", type: "check", schedule: "every 1 min" },
      { key: "odd", name: "Odd", type: "job", schedule: "at 10:00 and 22:00" },
    ],
  },
  kuma: {
    version: "1.23.11",
    notificationList: [],
    monitorList: [
      {
        id: 3,
        name: "Backup of NAS",
        type: "push",
        interval: 86_400,
        retryInterval: 600,
        maxretries: 3,
        active: 1,
        pushToken: "a1B2c3D4e5",
        upsideDown: 0,
        tags: [{ name: "room", value: "cellar", color: "#fff" }],
      },
      {
        id: 4,
        name: "Sync",
        type: "push",
        interval: 20,
        maxretries: 0,
        active: 0,
        pushToken: "zZ9",
        upsideDown: 1,
      },
      { id: 5, name: "Shop", type: "http", interval: 60, url: "https://shop.example.org" },
    ],
  },
  sentry: [
    {
      id: "8f2b",
      slug: "send-invoices",
      name: "Send invoices",
      status: "active",
      isMuted: false,
      type: "cron_job",
      config: {
        schedule_type: "crontab",
        schedule: "0 6 * * 1",
        checkin_margin: 10,
        max_runtime: 45,
        timezone: "America/New_York",
        failure_issue_threshold: 2,
        recovery_threshold: 1,
      },
      project: { id: "1", slug: "billing", platform: "python" },
      environments: [{ name: "production" }, { name: "staging" }],
    },
    {
      slug: "poll",
      name: "poll",
      status: "disabled",
      config: {
        schedule_type: "interval",
        schedule: [10, "minute"],
        checkin_margin: null,
        max_runtime: null,
        timezone: null,
      },
    },
  ],
  deadmanssnitch: [
    {
      token: "c2354d53d2",
      href: "/v1/snitches/c2354d53d2",
      name: "Cleanup",
      tags: ["ops"],
      notes: "Removes old files.",
      status: "healthy",
      checked_in_at: "2026-11-01T12:00:00.000Z",
      type: { interval: "daily" },
      alert_type: "smart",
    },
    {
      token: "c2354d53d3",
      name: "Every half hour",
      tags: [],
      status: "paused",
      type: { interval: "30_minute" },
      alert_type: "basic",
    },
    { token: "c2354d53d4", name: "Odd", tags: [], status: "healthy", type: { interval: "fortnightly" } },
  ],
  betterstack: {
    data: [
      {
        id: "12",
        type: "heartbeat",
        attributes: {
          url: "https://uptime.betterstack.com/api/v1/heartbeat/aB3dE5fG7hJ9kL1m",
          name: "Reports",
          period: 10_800,
          grace: 300,
          status: "up",
          paused_at: null,
          policy_id: "77",
          maintenance_from: "01:00:00",
          maintenance_to: "03:00:00",
        },
      },
      {
        id: "13",
        type: "heartbeat",
        attributes: {
          url: "https://betteruptime.com/api/v1/heartbeat/zz",
          name: "Old",
          period: 30,
          grace: 0,
          status: "paused",
          paused_at: "2026-01-01T00:00:00Z",
        },
      },
    ],
    pagination: { first: "…", last: "…", prev: null, next: null },
  },
  gatus: parse(`
external-endpoints:
  - name: nightly backup
    group: core
    token: "potato"
    heartbeat:
      interval: 24h
    alerts:
      - type: discord
        failure-threshold: 2
  - name: by hand
    token: "potato"
endpoints:
  - name: website
    url: "https://shop.example.org"
    conditions: ["[STATUS] == 200"]
`),
  opsgenie: {
    data: {
      heartbeats: [
        {
          name: "NightlyJob",
          description: "The big one",
          interval: 12,
          enabled: true,
          intervalUnit: "hours",
          expired: false,
          ownerTeam: { id: "6c7b", name: "data team" },
          alertMessage: "NightlyJob is expired",
          alertTags: ["db"],
          alertPriority: "P1",
          lastPingTime: "2026-11-20T14:00:05.533Z",
        },
        { name: "off", interval: 3, enabled: false, intervalUnit: "days", expired: false },
      ],
    },
  },
};
