/**
 * The path of one of our own pages that somebody asked to be led to; "/" for anything else. Only plain characters after a
 * single slash, so that no browser reads another host in it.
 */
export function ownPath(wanted: string | undefined, publicUrl: string): string {
  if (wanted === undefined || !/^\/(?![/\\])[\w\-/?=&%.]*$/.test(wanted)) return "/";
  // "/.//host" becomes "//host"; and the pages behind it may decode what a browser leaves as it is.
  if (/\/\/|\/\.|%(?:2f|5c|0)/i.test(wanted)) return "/";
  const url = URL.parse(wanted, publicUrl);
  return url !== null && url.origin === publicUrl ? `${url.pathname}${url.search}` : "/";
}
