import { show, type Common, type Context } from "./command-context.ts";
import { contactsText, listContacts, unmute } from "./contacts.ts";
import { checkData } from "./doctor-data.ts";
import { checkSteps } from "./doctor-steps.ts";
import { doctor, doctorText } from "./doctor.ts";
import { UsageError } from "./fail.ts";
import { previewDigest, previewText, writePreviews } from "./preview.ts";

/** Whether what Rollcall says gets to people, and what it would say. */
export function addDelivery(context: Context): void {
  addContacts(context);
  addPreview(context);
  addDoctor(context);
}

function addContacts({ program, io, target }: Context): void {
  const contacts = program
    .command("contacts")
    .description("who is written to, and whom messages no longer reach")
    .option("--json", "as JSON")
    .action(async (flags: Common) => {
      const value = await listContacts(await target(), new Date());
      show(io, flags, { value, text: contactsText(value) });
    });
  contacts
    .command("unmute <contact_id>")
    .description("let a muted address take messages again")
    .option("--channel <channel>", "mail or text", "mail")
    .action(async (contact_id: string, { channel }: { channel: string }) => {
      await unmute(await target(), contact_id, channel);
      io.out(`The ${channel} of ${contact_id} takes messages again.`);
    });
}

type PreviewFlags = Common & { school: string; at?: string; html?: string };

function addPreview({ program, io, target }: Context): void {
  program
    .command("digest")
    .description("digests")
    .command("preview")
    .description("the mail that the site leads of a school would get; nothing is sent")
    .requiredOption("--school <school_id>", "the school")
    .option("--at <time>", "an ISO instant; without it now")
    .option("--html <file>", "also write the page of the mail")
    .option("--json", "as JSON")
    .action(async (flags: PreviewFlags) => {
      const now = flags.at === undefined ? new Date() : new Date(flags.at);
      if (Number.isNaN(now.getTime()))
        throw new UsageError("--at is no instant, such as 2026-11-25T07:00:00-07:00.");
      const value = await previewDigest(await target(), flags.school, now);
      const files = flags.html === undefined ? [] : writePreviews(flags.html, value);
      const text = [previewText(value), ...files.map((name) => `Written: ${name}`)].join("\n");
      show(io, flags, { value, text });
    });
}

function addDoctor({ program, io, target }: Context): void {
  program
    .command("doctor")
    .description(
      "whether alerts have owners, messages get out, and what is stored can be relied on; and what to mend",
    )
    .option("--json", "as JSON")
    .action(async (flags: Common) => {
      const [place, now] = [await target(), new Date()];
      const value = [
        ...(await checkSteps(place, now)),
        ...(await doctor(place, now)),
        ...(await checkData(place, now)),
      ];
      show(io, flags, { value, text: doctorText(value) });
      if (value.some(({ result }) => result === "fail")) process.exitCode = 1;
    });
}
