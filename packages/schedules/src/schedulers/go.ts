import { goDate, naiveWalk } from "../cron/instants.ts";
import { cronexprWalk } from "../cron/walks/cronexpr.ts";
import { gronxWalk } from "../cron/walks/gronx.ts";
import { robfigWalk } from "../cron/walks/robfig.ts";
import {
  COMMON,
  derive,
  FIVE,
  preset,
  SECONDS_AND_YEAR,
  SECONDS_FIRST,
  USUAL_MACROS,
  YEAR_LAST,
} from "./scheduler.ts";

const ALL_FIELDS = ["second", "minute", "hour", "day", "month", "weekday"] as const;
const { "@midnight": _, ...MACROS_WITHOUT_MIDNIGHT } = USUAL_MACROS;

const robfig = derive(COMMON, {
  every: true,
  years: 5,
  wholeYears: true,
  grammar: {
    bounds: { weekday: { min: 0, max: 6 } },
    question: ALL_FIELDS,
    emptyEntries: "ignored",
    plus: true,
  },
  days: { open: "star entry" },
  clock: { walk: robfigWalk(), stepsThrough: true },
});
const gocron = derive(robfig, {
  zonePrefix: true,
  refusesDatesThatNeverCome: true,
  failsWithoutNextTime: true,
});
const netresearch = derive(robfig, {
  zonePrefix: true,
  grammar: { bounds: { weekday: { min: 0, max: 7 } }, backward: "wraps", stepMax: "below range" },
  days: { both: "and" },
  clock: { walk: robfigWalk({ catchUp: true }), stepsThrough: true },
});
const cronexpr = derive(COMMON, {
  layouts: [FIVE, YEAR_LAST, SECONDS_AND_YEAR],
  macros: MACROS_WITHOUT_MIDNIGHT,
  years: 200,
  grammar: {
    bounds: { weekday: { min: 0, max: 7, starMax: 6 }, year: { min: 1970, max: 2099 } },
    aliases: { 7: 0 },
    names: "three or whole",
    question: ALL_FIELDS,
    stepMax: "largest",
    emptyEntries: "ignored",
    digits: 2,
    words: ["L", "LW", "nW", "wL", "w#n"],
  },
  // Here */1 does not count as a star.
  quirks: { open: (text) => text.split(",").some((entry) => entry === "*" || entry === "?") },
});
const nomad = derive(cronexpr, {
  grammar: { backward: "never" },
  clock: { walk: cronexprWalk },
  // A range of weekdays that ends with Sunday ends with Saturday, because Sunday is 0.
  quirks: {
    field: (text, field) =>
      field === "weekday" ? text.replaceAll(/-(?:[07]|SUN|SUNDAY)(?=[,/]|$)/g, "-6") : text,
  },
});
const supercronic = derive(cronexpr, {
  afterFields: "command, if no field",
  clock: { walk: naiveWalk(goDate) },
  // Only a range with a step may run backwards, and it then selects nothing.
  quirks: { backward: (text) => text.includes("/") },
});
const gronx = derive(COMMON, {
  layouts: [FIVE, SECONDS_FIRST, SECONDS_AND_YEAR],
  macroCase: "any",
  macros: {
    ...MACROS_WITHOUT_MIDNIGHT,
    "@always": "* * * * *",
    "@5minutes": "*/5 * * * *",
    "@10minutes": "*/10 * * * *",
    "@15minutes": "*/15 * * * *",
    "@30minutes": "0,30 * * * *",
    "@everysecond": "* * * * * *",
  },
  grammar: {
    bounds: { weekday: { min: 0, max: 7, starMax: 6 } },
    question: ALL_FIELDS,
    plus: true,
    words: ["L", "nW", "wL", "w#n"],
  },
  days: { open: "begins with star" },
  clock: { walk: gronxWalk, stepsThrough: true },
  quirks: {
    // A star in a list does not make the weekday open.
    open: (text, field) => (field === "weekday" && text.startsWith("*,") ? false : undefined),
    layout: (words) => (words.length === 6 && /\d{4}/.test(words[5] ?? "") ? YEAR_LAST : undefined),
    field: (text, field) => (field === "weekday" ? text.replaceAll(/(?<=^|,)7(?=\/)/g, "0") : text),
  },
});

export const KUBERNETES = preset({
  id: "kubernetes",
  label: "Kubernetes CronJob",
  family: "Containers",
  names: ["Kubernetes", "CronJob", "k8s", "OpenShift", "robfig/cron"],
  version: "robfig/cron 3.0.1",
  source: "github.com/robfig/cron/v3 v3.0.1, ParseStandard",
  rules: robfig,
});
export const GOCRON = preset({
  id: "gocron",
  label: "gocron (Go)",
  family: "Go",
  names: ["go-co-op/gocron"],
  version: "gocron 2.21.2",
  source: "github.com/go-co-op/gocron/v2 v2.21.2, NewDefaultCron",
  rules: gocron,
});
export const NETRESEARCH = preset({
  id: "netresearch-go-cron",
  label: "netresearch/go-cron (Ofelia)",
  family: "Containers",
  names: ["go-cron", "Ofelia", "netresearch"],
  version: "go-cron 0.9.1",
  source: "github.com/netresearch/go-cron v0.9.1",
  rules: netresearch,
});
export const NOMAD = preset({
  id: "hashicorp-nomad",
  label: "HashiCorp Nomad",
  family: "Containers",
  names: ["Nomad", "HashiCorp", "periodic job"],
  version: "hashicorp/cronexpr 1.1.3",
  source: "github.com/hashicorp/cronexpr v1.1.3",
  rules: nomad,
});
export const SUPERCRONIC = preset({
  id: "supercronic",
  label: "supercronic (containers)",
  family: "Containers",
  names: ["supercronic", "gorhill/cronexpr"],
  version: "supercronic 0.2.48",
  source: "github.com/aptible/supercronic v0.2.48",
  rules: supercronic,
});
export const GRONX = preset({
  id: "gronx",
  label: "gronx (Go)",
  family: "Go",
  names: ["adhocore/gronx"],
  version: "gronx 1.20.4",
  source: "github.com/adhocore/gronx v1.20.4",
  rules: gronx,
});
