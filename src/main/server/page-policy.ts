// What the window's page may do, the same behind both doors.
/** The one style attribute in the page's markup: "display: contents;", of the list that the palette stands on. */
const LIST_STYLE = "'sha256-iaOezIDcQIoxCULa6FBKKuLUu09R7kG+Mlu+JVfU3Rw='";

/** `images` is where pictures come from beside the page's own origin. */
export function contentSecurityPolicy(images = ''): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'unsafe-hashes' ${LIST_STYLE}`,
    `img-src 'self' ${images}`.trim(),
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
