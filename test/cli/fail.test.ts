import { CloudFormationServiceException } from "@aws-sdk/client-cloudformation";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { sentenceOf, UsageError } from "../../cli/fail.ts";

const named = (name: string, message = "x", code?: string) =>
  Object.assign(new Error(message), { name, ...(code !== undefined && { code }) });
const service = (name: string, message: string) =>
  new CloudFormationServiceException({ name, message, $fault: "client", $metadata: {} });

describe("what AWS refuses", () => {
  it.each([
    ["no credentials", named("CredentialsProviderError"), "credentials"],
    ["credentials that ran out", service("ExpiredToken", "x"), "credentials"],
    ["no region", named("Error", "Region is missing"), "AWS_REGION"],
    ["no such stack", service("ValidationError", "Stack with id Nope does not exist"), "no stack Nope"],
    [
      "no rights",
      service("AccessDenied", "User: arn:x is not authorized to perform: cloudformation:DescribeStacks on"),
      "refuses cloudformation:DescribeStacks",
    ],
    ["no network", named("Error", "x", "ENOTFOUND"), "cannot be reached"],
    ["a local stack that is gone", new AggregateError([named("Error", "x", "ECONNREFUSED")]), "npm start"],
    ["anything else of the SDK", service("OddException", "x"), "AWS answered OddException"],
    ["what an admin did", new UsageError("Say it so."), "Say it so."],
  ])("is one sentence: %s", (_, error, says) => {
    expect(sentenceOf(error)).toContain(says);
    expect(sentenceOf(error)).not.toContain("\n");
  });

  it("keeps the stack of a fault of ours", () => {
    expect(sentenceOf(new TypeError("x is not a function"))).toBeUndefined();
  });

  it.each([
    ["no region", { AWS_REGION: "" }, "No AWS region"],
    ["no credentials", { AWS_REGION: "us-east-1" }, "credentials"],
  ])("ends the command with exit 1 and no stack trace: %s", (_, env, says) => {
    const root = join(import.meta.dirname, "..", "..");
    const nowhere = {
      AWS_EC2_METADATA_DISABLED: "true",
      HOME: "/nonexistent",
      AWS_CONFIG_FILE: "/nonexistent",
    };
    const { status, stderr } = spawnSync(
      process.execPath,
      [join(root, "bin", "rollcall.ts"), "--stack", "Nope", "doctor"],
      { encoding: "utf8", env: { PATH: process.env["PATH"], ...nowhere, ...env } },
    );
    expect(stderr).toContain(says);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(status).toBe(1);
  });
});
