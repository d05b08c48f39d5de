import type { Machine } from "../machine.ts";
import { BODY_BYTES_DEFAULT, type Ping, requestOf } from "./deliver.ts";
import type { RunRecord } from "./record.ts";

/**
 * The watcher: a shell that stays beside a job and its wrapper, at a fortieth of the memory and a thirtieth of the start of Node.
 * It makes the requests with curl, where there is one, and becomes the sender where that fails, or the wrapper was killed.
 *
 * On descriptor 3 it reads what to do, a word in a line: "start", followed by the lines of a request and an empty one; "end",
 * followed by a request to the end of the stream; "send", to become the sender. The end of the stream without such a word means
 * that the wrapper was killed. What the sender reads waits on descriptor 0. Its arguments: the folder of the spool, and the
 * command of the sender, which gets two words more: what became of the start, and how much the server keeps of a body.
 */
export const WATCHER = `
unset OVERDUE_WATCHER
trap '' HUP INT TERM
spool=$1
shift
start=unsent
limit=
become_sender() { exec "$@" "$start" "$limit" 3<&-; }
post() { curl -q -s -g -m 5 -D - -o /dev/null -w 'status %{http_code}' -K - 2>/dev/null; }
is_delivered() {
  case $1 in
    *[Pp]ing-[Bb]ody-[Ll]imit:*)
      limit=\${1#*[Pp]ing-[Bb]ody-[Ll]imit: }
      limit=\${limit%%[!0-9]*} ;;
  esac
  case \${1##*status } in 2??) return 0 ;; *) return 1 ;; esac
}
while read -r word <&3; do
  case $word in
    start)
      start=wanted
      request=
      while IFS= read -r line <&3 && [ -n "$line" ]; do
        request="$request$line
"
      done
      is_delivered "$(post 3<&- <<REQUEST
$request
REQUEST
)" || become_sender "$@"
      start=sent ;;
    end)
      is_delivered "$(post <&3)" || become_sender "$@"
      for kept in "$spool"/*.json; do [ -e "$kept" ] && exec "$@" --flush 3<&-; done
      exit 0 ;;
    send) break ;;
  esac
done
become_sender "$@"
`;

/** What makes the watcher the sender. */
export const SEND = "send\n";

/** The lines by which the watcher sends a start. */
export function startLines(machine: Machine, target: RunRecord["target"], ping: Ping): string {
  return `start\n${curlConfig(machine, target, ping)}\n`;
}

/** The lines by which the watcher sends the end of a run: itself where curl can take the body, else by the sender. */
export function endLines(machine: Machine, target: RunRecord["target"], ping: Ping): string {
  const { body } = ping;
  const isForCurl = body === undefined || (body.length <= BODY_BYTES_DEFAULT && !body.includes(0));
  return isForCurl ? `end\n${curlConfig(machine, target, ping)}` : SEND;
}

/** A request as curl reads it, each character a byte. The address is last: where a part is missing, curl sends nothing. */
function curlConfig(machine: Machine, target: RunRecord["target"], ping: Ping): string {
  const { url, headers, body } = requestOf(machine, target, ping);
  // Without what curl sets for a form, and without asking whether a body is welcome.
  const lines = Object.entries({ ...headers, "Content-Type": "", Expect: "" }).map(
    ([name, value]) => `header = ${quoted(value === "" ? `${name}:` : `${name}: ${value}`)}\n`,
  );
  // Raw: what curl calls data may begin with @ and then names a file.
  return `${lines.join("")}data-raw = ${quoted(body?.toString("latin1") ?? "")}\nurl = ${quoted(url)}\n`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  '"': '\\"',
  "\t": "\\t",
  "\n": "\\n",
  "\r": "\\r",
  "\v": "\\v",
};

function quoted(text: string): string {
  return `"${text.replaceAll(/[\\"\t\n\r\v]/g, (char) => ESCAPES[char] ?? "")}"`;
}
