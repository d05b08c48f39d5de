/**
 * Texts that try to leave their place, one for each sink: a page, a style sheet, a link, a chat, a mail's header, a spreadsheet,
 * a terminal, a template. None does any harm: a script of them would only set `overdueRan`, and no host of them exists.
 */
export const HOSTILE = {
  image: '</b></title></textarea><img src=x onerror="globalThis.overdueRan=1">',
  script: '</script><script>globalThis.overdueRan=1;fetch("https://evil.example/")</script>',
  drawing: '"><svg onload=globalThis.overdueRan=1>',
  style: "</style><style>*{background:url(https://evil.example/css)}</style>",
  link: "[x](javascript:globalThis.overdueRan=1) javascript:globalThis.overdueRan=1",
  slack: "<!channel> <@U012345> <https://evil.example|your bank> @everyone",
  telegram: '</b><a href="https://evil.example">your bank</a> &lt;b&gt; _*[`',
  formula: '=HYPERLINK("https://evil.example";"x")',
  template: "${7*7} {{7*7}} $NAME <%= 7*7 %>",
  json: '","admin":true,"x":"',
  bidi: "\u202Egnp.exe\u2066",
  mail: "a\r\nBcc: victim@example.org\r\n\r\nbody",
  terminal: "\u001B[31mred\u001B]0;owned\u0007\u009B2J",
} as const;

/** All of them, for where there is room. */
export const ALL_HOSTILE = Object.values(HOSTILE).join("\n");
