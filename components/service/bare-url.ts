/** An address as people say it: without scheme and closing slash. */
export const bareUrl = (url: string): string => url.replace(/^https?:\/\//, "").replace(/\/$/, "");
