import { App } from "aws-cdk-lib";
import { rmSync } from "node:fs";
import { RollcallStack } from "./rollcall-stack.ts";

/** What a stack on one machine deploys with: every capability on. */
export const LOCAL_CONTEXT = {
  sender: "rollcall@example.org",
  signInDomain: "rollcall-local",
  textOrigin: "arn:aws:sms-voice:us-east-1:000000000000:phone-number/local",
};

/** Writes the cloud assembly that the local stack and the tests read. Bundles must stand in `dist`. */
export function synthesize(outdir: string, context: Record<string, string> = LOCAL_CONTEXT): void {
  rmSync(outdir, { recursive: true, force: true });
  const app = new App({
    outdir,
    analyticsReporting: false,
    context: { "aws:cdk:enable-asset-metadata": true, "aws:cdk:enable-path-metadata": true, ...context },
  });
  new RollcallStack(app, "Rollcall");
  app.synth();
}
