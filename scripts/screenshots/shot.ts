import { type Page } from "playwright-core";

export type Shot = {
  name: string;
  path: string;
  /** From the loaded page to the state that is to be seen. */
  prepare?: (page: Page, words: Words) => Promise<void>;
  /** Who looks; the admin unless named. */
  as?: "omar" | "nobody";
};

/** The message catalogues of the picture's language: words("service.actions.scale"). */
export type Words = (key: string) => string;
