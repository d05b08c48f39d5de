import { expect, test } from "vitest";

import { isLinkPreview } from "./arrival.ts";

test.each([
  "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
  "Slackbot 1.0 (+https://api.slack.com/robots)",
  "Slack-ImgProxy (+https://api.slack.com/robots)",
  "TelegramBot (like TwitterBot)",
  "Twitterbot/1.0",
  "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
  "WhatsApp/2.23.20.0 A",
  "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) AppleWebKit/601.2.4 (KHTML, like Gecko) Version/9.0.1 Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0",
  "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
  "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
  "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; Googlebot/2.1; +http://www.google.com/bot.html) Chrome/131.0.0.0 Safari/537.36",
  "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
  "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
  "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5 skype-url-preview@microsoft.com",
  "Mozilla/5.0 (compatible; redditbot/1.0; +http://www.reddit.com/feedback)",
  "Mozilla/5.0 (compatible; vkShare; +http://vk.com/dev/Share)",
  "http.rb/5.1.1 (Mastodon/4.2.1; +https://mastodon.social/) Bot",
  "Mastodon/4.3.0 (http.rb/5.2.0; +https://mastodon.social/)",
  "Mattermost-Bot/1.1",
])("%s previews links", (agent) => {
  expect(isLinkPreview(agent)).toBe(true);
});

test.each([
  "",
  "curl/8.5.0",
  "DiscordBot (https://discord.js.org, 14.14.1)",
  "DiscordBot (https://github.com/Rapptz/discord.py 2.3.2) Python/3.11 aiohttp/3.9.1",
  "MyTelegramBot/1.0",
  "TelegramBot/1.0",
  "python-telegram-bot/21.0",
  "python:my.redditbot:v1.2 (by /u/somebody)",
  "my-slackbot/2.0 curl/8",
  "Slackbot/2.0 (nightly export)",
  "WhatsAppExport/1.2",
  "mastodon-backup/0.3",
  "viber-bot-python/1.0.11",
  "Mozilla/5.0 (X11; Linux x86_64) my-googlebot-checker",
  "Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1.19041.1682",
])("%s is a job", (agent) => {
  expect(isLinkPreview(agent)).toBe(false);
});
