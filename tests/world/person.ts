import { type Browser, type Page } from "playwright-core";
import { type RunningKepler } from "./kepler.ts";

export type Person = {
  page: Page;
  /** True as long as the page has never been loaded again since signing in. */
  sameDocument(): Promise<boolean>;
  /** What the page threw or wrote to its console as an error. */
  complaints: string[];
};

type Options = { username?: string; password?: string; locale?: string; theme?: "light" | "dark"; width?: number };

/** A person at a browser, signed in to Kepler; the admin unless named. */
export async function signIn(browser: Browser, kepler: RunningKepler, options: Options = {}): Promise<Person> {
  const {
    username = kepler.username,
    password = kepler.password,
    locale = "en-GB",
    theme = "light",
    width = 1440,
  } = options;
  const context = await browser.newContext({
    locale,
    colorScheme: theme,
    viewport: { width, height: width < 600 ? 844 : 900 },
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  await page.goto(`${kepler.url}/`);
  await page.locator("input[name=username]").fill(username);
  await page.locator("input[name=password]").fill(password);
  await page.locator("button[type=submit]").click();
  await page.getByRole("banner").first().waitFor();
  await page.waitForURL((url) => !url.pathname.startsWith("/sign-in"));
  await page.evaluate(() => Object.assign(window, { sameDocument: true }));
  return {
    page,
    complaints,
    sameDocument: () => page.evaluate(() => Reflect.get(window, "sameDocument") === true),
  };
}
