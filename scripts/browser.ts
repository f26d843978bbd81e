import { access } from "node:fs/promises";
import chromiumFromNpm from "@sparticuz/chromium";
import { type Browser, chromium } from "playwright-core";

const INSTALLED = [
  "/usr/bin/google-chrome",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** A headless browser: an installed Chrome or Chromium first, else the one that came with `npm ci` (Linux x64). */
export async function launchBrowser(): Promise<Browser> {
  const installed = await firstThatExists(INSTALLED);
  return chromium.launch({
    executablePath: installed ?? (await chromiumFromNpm.executablePath()),
    // Root has no user namespace to sandbox in; pages are our own and on loopback.
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"],
    headless: true,
  });
}

async function firstThatExists(paths: string[]): Promise<string | undefined> {
  for (const path of paths) {
    try {
      await access(path);
      return path;
    } catch {
      // Not this one.
    }
  }
  return undefined;
}
