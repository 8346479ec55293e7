import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { launch } from "./browser.ts";
import { testStack, type TestStack } from "./stack.ts";
import { loadDemo } from "../../cli/load-demo.ts";
import { untilSummarised } from "../../cli/until-summarised.ts";
import { inboxOf, until } from "./inbox.ts";

/** The whole stack with the demo district, and a browser before it. */
export type SiteUnderTest = TestStack & { browser: Browser };

export async function demoSite(): Promise<SiteUnderTest> {
  const place = await testStack();
  await loadDemo(place.stack, place.target, new Date());
  const { schools } = await place.target.setup.all();
  await untilSummarised(
    place.target,
    schools.map(({ school_id }) => school_id),
  );
  await place.stack.invoke("sweep", { digest_now: true });
  await until(
    () => inboxOf(place),
    (mails) => mails.length >= schools.length,
  );
  return { ...place, browser: await launch() };
}

/** Somebody of the demo, by what the sign-in page calls her. */
export const ROLES = {
  lead: "Site lead of Aspen Grove",
  admin: "district admin of 0100",
  viewer: "district viewer of 0100",
  auditor: "auditor of 0100",
  provider: "Provider North Star",
} as const;
export type Who = keyof typeof ROLES;

export type Visit = { page: Page; trouble: string[]; requests: string[] };

/** Signs in by the OIDC flow, and keeps what the browser complains of and whom it speaks to. */
export async function visit(
  { browser, target }: SiteUnderTest,
  who: Who,
  options: BrowserContextOptions = {},
): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 390, height: 800 }, ...options });
  const page = await context.newPage();
  const [trouble, requests]: [string[], string[]] = [[], []];
  page.on("console", (message) => {
    const { url } = message.location();
    if (message.type() === "error" && !url.endsWith("/favicon.ico")) trouble.push(message.text());
  });
  page.on("pageerror", ({ message }) => trouble.push(message));
  page.on("request", (request) =>
    requests.push(`${request.method()} ${request.url()} ${request.postData() ?? ""}`),
  );
  await page.goto(`${target.apiUrl}/`);
  await page.getByText(ROLES[who], { exact: true }).click();
  await settled(page);
  return { page, trouble, requests };
}

/** Turns to a page by its address, and waits until what it shows is there. */
export async function turn(page: Page, hash: string): Promise<void> {
  await page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
  await settled(page);
}

export async function settled(page: Page): Promise<void> {
  await page.locator("main h1").first().waitFor();
  await page.locator("main .wait").waitFor({ state: "detached" });
}
