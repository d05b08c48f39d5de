import { isDeepStrictEqual } from "node:util";

import type { Answer } from "./send.ts";
import { at } from "./values.ts";

export type Expectation = {
  status: number;
  body?: unknown;
  headers?: Record<string, unknown>;
  json?: Record<string, unknown>;
  jsonExact?: unknown;
  keyCount?: number;
  exactKeys?: [path: string, keys: string[]];
  secondsBetween?: [later: string, earlier: string, seconds: number][];
};

/** Where an answer is not what a step expects, one sentence each. */
export function problemsWith(answer: Answer, expected: Expectation): string[] {
  const headers = Object.entries(expected.headers ?? {});
  return [
    problem("status", answer.status, expected.status),
    expected.body === undefined ? null : bodyProblem(answer.body, expected.body),
    ...headers.map(([name, wanted]) => problem(name, answer.headers[name.toLowerCase()], wanted)),
    ...jsonProblems(answer.body, expected),
  ].filter((found) => found !== null);
}

function bodyProblem(body: Buffer, wanted: unknown): string | null {
  const [name, value] = operatorOf(wanted) ?? [];
  return name === "$base64"
    ? problem("body", body.toString("base64"), value)
    : problem("body", body.toString("utf8"), wanted);
}

function jsonProblems(body: Buffer, expected: Expectation): (string | null)[] {
  const { json: values, jsonExact, keyCount, exactKeys, secondsBetween } = expected;
  if ([values, jsonExact, keyCount, exactKeys, secondsBetween].every((part) => part === undefined)) return [];
  const json = parseJsonOrText(body);
  return [
    ...Object.entries(values ?? {}).map(([path, wanted]) => problem(path, at(json, path), wanted)),
    jsonExact === undefined ? null : problem("the whole", json, jsonExact),
    keyCount === undefined ? null : problem("number of keys", keysOf(json).length, keyCount),
    exactKeys === undefined
      ? null
      : problem(exactKeys[0], keysOf(at(json, exactKeys[0])), exactKeys[1].toSorted()),
    ...(secondsBetween ?? []).map(([later, earlier, seconds]) =>
      problem(`${later} − ${earlier}`, secondsOf(json, later) - secondsOf(json, earlier), seconds),
    ),
  ];
}

function problem(what: string, value: unknown, wanted: unknown): string | null {
  if (fits(value, wanted)) return null;
  return `${what} is ${JSON.stringify(value)}, expected ${JSON.stringify(wanted)}`;
}

function fits(value: unknown, wanted: unknown): boolean {
  const [name, operand] = operatorOf(wanted) ?? [];
  switch (name) {
    case undefined:
      return isDeepStrictEqual(value, wanted);
    case "$nonEmptyString":
      return typeof value === "string" && value !== "";
    case "$len":
      return (typeof value === "string" || Array.isArray(value)) && value.length === operand;
    case "$contains":
      return typeof value === "string" && value.includes(String(operand));
    case "$regex":
      return typeof value === "string" && new RegExp(String(operand)).test(value);
    case "$csvSet":
      return isDeepStrictEqual(new Set(String(value).split(/ *, */)), new Set(listOf(operand)));
    case "$absent":
      return value === undefined;
    default:
      throw new Error(`The runner does not know the operator ${name}.`);
  }
}

function operatorOf(wanted: unknown): [name: string, operand: unknown] | null {
  if (typeof wanted !== "object" || wanted === null) return null;
  const [first, ...rest] = Object.entries(wanted);
  return first !== undefined && rest.length === 0 && first[0].startsWith("$") ? first : null;
}

function parseJsonOrText(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return `not JSON: ${body.toString("utf8")}`;
  }
}

function secondsOf(json: unknown, path: string): number {
  return Date.parse(String(at(json, path))) / 1000;
}

function keysOf(value: unknown): string[] {
  return typeof value === "object" && value !== null ? Object.keys(value).toSorted() : [];
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
