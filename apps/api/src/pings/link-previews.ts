/**
 * Programs that fetch links which people paste into chats; a look at a link is not a run of the job. Each is matched
 * as it names itself, from the start or with its own address, so that a bot somebody wrote with a chat's library, such
 * as `DiscordBot (https://discord.js.org, 14.14.1)` or `MyTelegramBot/1.0`, counts like any other job.
 */
const LINK_PREVIEWS = [
  /^Slackbot(?:-LinkExpanding)? \d[\d.]* \(\+https:\/\/api\.slack\.com\/robots\)/,
  /^Slack-ImgProxy \(\+https:\/\/api\.slack\.com\/robots\)/,
  /^TelegramBot \(like TwitterBot\)$/,
  /^(?:Twitterbot|WhatsApp|LinkedInBot|Mattermost-Bot|Facebot|Iframely|Embedly|Viber)\/\d/,
  /^Facebot$/,
  /^(?:facebookexternalhit|meta-externalagent|meta-externalfetcher)\/\d/,
  // iMessage looks like a browser that is all of these.
  /^Mozilla\/5\.0 .* facebookexternalhit\/[\d.]+ Facebot Twitterbot\/[\d.]+$/,
  /^Googlebot(?:-\w+)?\/\d/,
  /^Mozilla\/5\.0 .*\bcompatible; (?:Discordbot|Googlebot|bingbot|redditbot|MicrosoftPreview|Embedly|ZulipURLPreview)\/[\d.]+; \+?http/,
  /^Mozilla\/5\.0 \(compatible; vkShare; \+http/,
  /^Mozilla\/5\.0 .*\(via ggpht\.com GoogleImageProxy\)$/,
  /^Mozilla\/5\.0 .* SkypeUriPreview Preview\/[\d.]+/,
  /^Mozilla\/5\.0 .* BingPreview\/[\d.]+b?$/,
  /^Mozilla\/5\.0 .*\(Applebot\/[\d.]+; \+http/,
  /^http\.rb\/[\d.]+ \(Mastodon\/\d/,
  /^Mastodon\/\d[^ ]* \(http\.rb\//,
  /^Synapse \(bot; \+https:\/\/github\.com\//,
];

export function isLinkPreview(userAgent: string): boolean {
  return LINK_PREVIEWS.some((pattern) => pattern.test(userAgent));
}
