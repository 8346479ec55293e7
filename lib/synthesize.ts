import { App } from "aws-cdk-lib";
import { rmSync } from "node:fs";
import { RollcallStack } from "./rollcall-stack.ts";

/** Writes the cloud assembly that the local stack and the tests read. Bundles must stand in `dist`. */
export function synthesize(outdir: string, context: Record<string, string> = {}): void {
  rmSync(outdir, { recursive: true, force: true });
  const app = new App({
    outdir,
    analyticsReporting: false,
    context: { "aws:cdk:enable-asset-metadata": true, "aws:cdk:enable-path-metadata": true, ...context },
  });
  new RollcallStack(app, "Rollcall");
  app.synth();
}
