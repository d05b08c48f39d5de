import { ActionIcon, Button, Group, Text, TextInput } from "@mantine/core";
import { escapeHidden } from "@overdue/core";
import { IconChevronDown, IconChevronUp, IconDownload, IconSearch } from "@tabler/icons-react";
import Anser from "anser";
import { memo, useDeferredValue, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { CopyButton } from "../ui/code-block.tsx";
import styles from "./output-view.module.css";

type Props = {
  /** What the job printed, as it was received. */
  output: string;
  /** How long the output was, and how much of it was left out, in words. */
  size: string;
  /** The URL of the output as a file, and the name under which it is saved. */
  download: { href: string; name: string };
};

/** What a job printed, in the colours of a terminal and with a search. It is scrolled to its end at first. */
export function OutputView({ output, size, download }: Props) {
  const lines = useMemo(() => outputLines(output), [output]);
  const plain = useMemo(() => lines.map(({ text }) => text).join("\n"), [lines]);
  const [wanted, setWanted] = useState("");
  const searched = useDeferredValue(wanted);
  const found = useMemo(() => findLines(lines, searched), [lines, searched]);
  const [step, setStep] = useState(0);
  const field = useRef<HTMLElement>(null);
  const current = found.length === 0 ? undefined : found.at(step % found.length);
  useLayoutEffect(() => {
    // The reason for a failure is usually at the end.
    if (field.current !== null) field.current.scrollTop = field.current.scrollHeight;
  }, [output]);
  useEffect(() => {
    if (current === undefined) return;
    field.current?.querySelector(`[data-line="${current}"]`)?.scrollIntoView({ block: "nearest" });
  }, [current, found]);
  return (
    <div className={styles["view"]}>
      <Group justify="space-between" gap="xs">
        <Text size="sm" c="dimmed">
          {size}
        </Text>
        <Group gap="xs">
          <Search
            wanted={wanted}
            count={found.length}
            step={step}
            search={(text) => {
              setWanted(text);
              setStep(0);
            }}
            go={(by) => setStep((known) => (known + by + found.length) % Math.max(1, found.length))}
          />
          <CopyButton value={plain} what="the output" />
          <Button
            component="a"
            href={download.href}
            download={download.name}
            size="compact-sm"
            variant="default"
            leftSection={<IconDownload size={16} aria-hidden />}
          >
            Download
          </Button>
        </Group>
      </Group>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- long output scrolls, by the keyboard too */}
      <section ref={field} className={styles["output"]} aria-label="Body" tabIndex={0}>
        {splitBlocks(lines).map(({ first, lines: block }) => (
          <Block
            key={first}
            first={first}
            lines={block}
            found={foundWithin(found, first)}
            current={current ?? -1}
          />
        ))}
      </section>
    </div>
  );
}

type SearchProps = {
  wanted: string;
  count: number;
  step: number;
  search: (text: string) => void;
  go: (by: -1 | 1) => void;
};

function Search({ wanted, count, step, search, go }: SearchProps) {
  const isFound = count > 0;
  return (
    <>
      <TextInput
        size="xs"
        aria-label="Find in the output"
        placeholder="Find"
        leftSection={<IconSearch size={14} aria-hidden />}
        value={wanted}
        onChange={({ currentTarget }) => search(currentTarget.value)}
        onKeyDown={({ key, shiftKey }) => {
          if (key === "Enter") go(shiftKey ? -1 : 1);
        }}
      />
      {wanted !== "" && (
        <>
          <output className={styles["count"]}>
            {isFound ? `${(step % count) + 1} of ${count}` : "not found"}
          </output>
          <ActionIcon.Group>
            <ActionIcon
              variant="default"
              aria-label="The line before"
              onClick={() => go(-1)}
              disabled={!isFound}
            >
              <IconChevronUp size={16} aria-hidden />
            </ActionIcon>
            <ActionIcon
              variant="default"
              aria-label="The next line"
              onClick={() => go(1)}
              disabled={!isFound}
            >
              <IconChevronDown size={16} aria-hidden />
            </ActionIcon>
          </ActionIcon.Group>
        </>
      )}
    </>
  );
}

/** How many lines the browser lays out together, and only when they come near the screen. */
const BLOCK_LINES = 200;

function splitBlocks(lines: readonly OutputLine[]): { first: number; lines: readonly OutputLine[] }[] {
  return Array.from({ length: Math.ceil(lines.length / BLOCK_LINES) }, (_, index) => ({
    first: index * BLOCK_LINES,
    lines: lines.slice(index * BLOCK_LINES, (index + 1) * BLOCK_LINES),
  }));
}

/** The found lines within a block, as a text, so that a block is rendered again only if its own lines change. */
function foundWithin(found: readonly number[], first: number): string {
  return found.filter((line) => line >= first && line < first + BLOCK_LINES).join();
}

type BlockProps = { first: number; lines: readonly OutputLine[]; found: string; current: number };

const Block = memo(function Block({ first, lines, found, current }: BlockProps) {
  const marked = new Set(found === "" ? [] : found.split(",").map(Number));
  return (
    <div className={styles["block"]}>
      {lines.map(({ parts }, index) => (
        // A line is identified only by its place, which never changes.
        // oxlint-disable-next-line react/no-array-index-key
        <div
          key={index}
          data-line={first + index}
          className={styles["line"]}
          data-found={foundMark(first + index)}
        >
          {parts.length === 0
            ? "\u200b"
            : parts.map(({ text, look }, part) =>
                // oxlint-disable-next-line react/no-array-index-key
                look === null ? (
                  text
                ) : (
                  <span key={part} className={lookClasses(look)}>
                    {text}
                  </span>
                ),
              )}
        </div>
      ))}
    </div>
  );

  function foundMark(line: number): "here" | "also" | undefined {
    if (!marked.has(line)) return undefined;
    return line === current ? "here" : "also";
  }
});

function lookClasses(look: string): string {
  return look
    .split(" ")
    .map((name) => styles[name] ?? "")
    .join(" ");
}

/** A part of a line in one look: the names of its classes, or null for plain text. */
type OutputPart = { text: string; look: string | null };
/** A line of what a job printed. */
type OutputLine = { text: string; parts: OutputPart[] };

/**
 * Splits a job's output into lines, with the colours that it has in a terminal. The output may be hostile: every other
 * hidden character is shown as its escape, and nothing is ever read as HTML.
 */
export function outputLines(output: string): OutputLine[] {
  // A progress bar returns to the beginning of its line many times; each version becomes a line.
  const text = output.toWellFormed().replaceAll(/\r\n?/g, "\n");
  const lines: OutputLine[] = [{ text: "", parts: [] }];
  for (const chunk of Anser.ansiToJson(text, { json: true, remove_empty: true, use_classes: true }))
    chunk.content.split("\n").forEach((piece, index) => {
      if (index > 0) lines.push({ text: "", parts: [] });
      addPart(lines, escapeHidden(piece), chunkLook(chunk));
    });
  if (lines.length > 1 && lines.at(-1)?.text === "") lines.pop();
  return lines;
}

function addPart(lines: OutputLine[], text: string, look: string | null): void {
  const line = lines.at(-1);
  if (line === undefined || text === "") return;
  line.text += text;
  line.parts.push({ text, look });
}

/** The class names of a chunk, such as "ansi-red ansi-bold". A colour given by its number in a palette is ignored. */
function chunkLook({ fg, decorations }: { fg: string | null; decorations: string[] }): string | null {
  const names = [
    ...(fg !== null && /^ansi-(?:bright-)?[a-z]+$/.test(fg) ? [fg] : []),
    ...decorations
      .filter((one) => ["bold", "dim", "italic", "underline"].includes(one))
      .map((one) => `ansi-${one}`),
  ];
  return names.length === 0 ? null : names.join(" ");
}

/** The numbers of the lines (from 0) that contain a text, ignoring case; none for an empty text. */
export function findLines(lines: readonly OutputLine[], wanted: string): number[] {
  const lowered = wanted.toLowerCase();
  if (lowered === "") return [];
  return lines.flatMap(({ text }, index) => (text.toLowerCase().includes(lowered) ? [index] : []));
}
