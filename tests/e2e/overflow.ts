import { type Page } from "playwright-core";

/** Does anything reach beyond the window or its dialog, or does the document scroll beside the page? */
export const overflow = (page: Page) =>
  page.evaluate(() => {
    const { scrollWidth, scrollHeight } = document.documentElement;
    const dialogs = [...document.querySelectorAll('[role="dialog"]')];
    return [
      ...(scrollWidth > window.innerWidth ? [`sideways: ${scrollWidth}`] : []),
      ...(scrollHeight > window.innerHeight ? [`the document scrolls: ${scrollHeight}`] : []),
      ...dialogs.filter((box) => box.scrollWidth > box.clientWidth).map((box) => `dialog: ${box.scrollWidth}`),
    ];
  });
