/** Programs that fetch links which people paste into chats; a look at a link is not a run of the job. */
const LINK_PREVIEWS =
  /Slackbot|Slack-ImgProxy|Twitterbot|Discordbot|TelegramBot|WhatsApp|facebookexternalhit|Facebot|LinkedInBot|Googlebot|GoogleImageProxy|bingbot|SkypeUriPreview|MicrosoftPreview|Mattermost-Bot|Mastodon|redditbot|Applebot|vkShare|Viber|Embedly/i;

export function isLinkPreview(userAgent: string): boolean {
  return LINK_PREVIEWS.test(userAgent);
}
