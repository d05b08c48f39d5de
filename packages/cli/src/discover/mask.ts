const MASK = "***";

/** What makes the word behind it a secret. */
const NAMED = String.raw`(?:[\w-]*(?:pass(?:wor[dt]|wd|phrase)?|secret|token|api[_-]?key|access[_-]?key|auth[_-]?key|credentials?))`;

const SECRETS: readonly [pattern: RegExp, instead: string][] = [
  // --password=x, PGPASSWORD=x, token=x in a query, "password": "x"
  [
    new RegExp(String.raw`(\b-{0,2}${NAMED}["']?\s*[=:]\s*)("[^"]*"|'[^']*'|[^\s"'&;|)]+)`, "gi"),
    `$1${MASK}`,
  ],
  // --password x
  [
    new RegExp(String.raw`((?:^|\s)--?${NAMED}\s+)("[^"]*"|'[^']*'|[^\s"'&;|-][^\s"'&;|]*)`, "gi"),
    `$1${MASK}`,
  ],
  // mysqldump -psecret, sshpass -psecret; a blank after -p means that it is asked for, or is another option
  [
    /(\b(?:mysql\w*|mariadb[\w-]*|sshpass|innobackupex|xtrabackup)\b[^|;&]*?\s-p)(?!\s)("[^"]*"|'[^']*'|\S+)/g,
    `$1${MASK}`,
  ],
  // sshpass -p secret, curl -u user:secret, wget --user=…
  [/(\bsshpass\s+-p\s+)("[^"]*"|'[^']*'|\S+)/g, `$1${MASK}`],
  [/((?:^|\s)(?:-u|--user)[ =]?["']?[^\s:"']+:)([^\s"']+)/g, `$1${MASK}`],
  // Authorization: Bearer x, X-Api-Key: x
  [/(\b(?:authorization|x-[\w-]*(?:key|token))\s*:\s*(?:bearer |basic |token )?)([^\s"']+)/gi, `$1${MASK}`],
  // https://user:secret@host
  [/(\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@"']*:)([^\s/@"']+)(?=@)/gi, `$1${MASK}`],
  // What stands in a ping URL is its key: a UUID, or a long random word.
  [
    /(\bhttps?:\/\/[^\s"'?]*?\/)([0-9a-f]{8}-[0-9a-f-]{27}|(?=[\w-]*\d)(?=[\w-]*[a-zA-Z])[\w-]{20,})/g,
    `$1${MASK}`,
  ],
  [/(\bhttps?:\/\/(?:nosnch\.in|cronitor\.link)\/(?:p\/|ping\/)?)([\w-]+)/g, `$1${MASK}`],
];

/** A command as it may be shown and stored: passwords, tokens and the keys in ping URLs are replaced by `***`. */
export function maskSecrets(command: string): string {
  return SECRETS.reduce((text, [pattern, instead]) => text.replaceAll(pattern, instead), command);
}
