import * as z from "zod";
import type { PageStore } from "../../adapters/page-store.ts";
import { errorName, type Log } from "../framework/log.ts";

/** What CloudFormation asks a custom resource: where it waits for an answer, and what it wants. */
const Waiting = z.looseObject({
  ResponseURL: z.string(),
  StackId: z.string(),
  RequestId: z.string(),
  LogicalResourceId: z.string(),
});
const Request = z.looseObject({
  RequestType: z.enum(["Create", "Update", "Delete"]),
  /** Where people sign in, for the pages to read. */
  ResourceProperties: z.looseObject({ config: z.record(z.string(), z.string()) }),
});

export type PublishDeps = {
  pages: PageStore;
  /** Files that lie beside the function: name and bytes. */
  files: () => readonly { name: string; body: Uint8Array }[];
  /** Tells CloudFormation how it went. */
  tell: (url: string, answer: object) => Promise<void>;
  log: Log;
};

const PHYSICAL_ID = "pages";

/**
 * Puts the pages into their bucket when they or their configuration change. What has a hash in its name goes first, so
 * that no page asks for a part that is not there yet; nothing is deleted, so that an open page finds its parts.
 */
export const publishPages = (deps: PublishDeps) => async (event: unknown) => {
  const { ResponseURL, StackId, RequestId, LogicalResourceId } = Waiting.parse(event);
  const told = { StackId, RequestId, LogicalResourceId, PhysicalResourceId: PHYSICAL_ID };
  try {
    // whatever goes wrong from here on, a deployment that waits for an hour hears of it
    const { RequestType, ResourceProperties } = Request.parse(event);
    if (RequestType !== "Delete") await publish(deps, ResourceProperties.config);
    await deps.tell(ResponseURL, { ...told, Status: "SUCCESS" });
  } catch (error) {
    deps.log({ service: "publish-pages", event: "not_published", error: errorName(error) });
    const Reason = "The pages could not be put into their bucket: see the log of publish-pages.";
    await deps.tell(ResponseURL, { ...told, Status: "FAILED", Reason });
  }
};

async function publish({ pages, files, log }: PublishDeps, config: Record<string, string>): Promise<void> {
  const all = files().toSorted((a, b) => Number(isLasting(b.name)) - Number(isLasting(a.name)));
  for (const { name, body } of all) await pages.put(name, body, cachedFor(name));
  await pages.put("config.json", Buffer.from(JSON.stringify(config)), cachedFor("config.json"));
  log({ service: "publish-pages", event: "published", counts: { files: all.length + 1 } });
}

const isLasting = (name: string) => name.startsWith("part-");
/** What has its hash in its name never changes; all else is asked for again, and mostly answered by 304. */
const cachedFor = (name: string) => (isLasting(name) ? "public, max-age=31536000, immutable" : "no-cache");
