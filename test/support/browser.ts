import { readFileSync, existsSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { chromium, type Browser, type Page } from "playwright-core";

const PLACES = [
  process.env["CHROMIUM"] ?? "",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** Where a browser is; undefined on a machine without one, which is then told how to get it. */
export const CHROMIUM = PLACES.find((place) => place !== "" && existsSync(place));
if (CHROMIUM === undefined)
  console.warn(
    "SKIPPED: the tests in a browser, because no Chromium is here. Install it (Debian: `apt-get install chromium`), or name one with CHROMIUM=/path/to/it.",
  );

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export const launch = (): Promise<Browser> =>
  chromium.launch({ executablePath: CHROMIUM ?? "", args: FLAGS });

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
type Violation = { id: string; nodes: { html: string }[] };

/** What axe finds wrong with the page as it stands: rule and place. */
export async function violations(page: Page): Promise<string[]> {
  if ((await page.evaluate("typeof axe")) === "undefined") await page.evaluate(AXE);
  const { violations: found } = await page.evaluate<{ violations: Violation[] }>(
    "axe.run(document, { resultTypes: ['violations'] })",
  );
  return found.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}

export const SCREENS = join(import.meta.dirname, "..", "..", ".rollcall", "screens");
mkdirSync(SCREENS, { recursive: true });

/** How a page is looked at: on a phone and on a desk, by day and by night. */
export const LOOKS = [
  { look: "phone light", width: 320, colorScheme: "light" },
  { look: "phone dark", width: 320, colorScheme: "dark" },
  { look: "desktop light", width: 1280, colorScheme: "light" },
  { look: "desktop dark", width: 1280, colorScheme: "dark" },
] as const;

/** Whether something stands out to the right of the screen. */
export const overflows = (page: Page): Promise<boolean> =>
  page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth");
