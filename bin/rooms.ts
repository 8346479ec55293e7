/**
 * What each room may import: all else is forbidden. Types count, so that a room's line tells all that it knows of.
 * `npm run walls` checks it and prints the table of the README; a room without a line fails.
 */
export type Room = {
  /** Folder, or several of one kind: `functions/*` is every Lambda. */
  room: string;
  /** Rooms, folders or single files. `@` stands for the Lambda's own folder. */
  may?: readonly string[];
  /** The same, as types alone. */
  types?: readonly string[];
  /** npm packages. */
  packages?: readonly string[];
  /** Modules of Node. */
  node?: readonly string[];
};

const AWS = [
  "@aws-sdk/client-cloudformation",
  "@aws-sdk/client-cognito-identity-provider",
  "@aws-sdk/client-dynamodb",
  "@aws-sdk/client-kms",
  "@aws-sdk/client-pinpoint-sms-voice-v2",
  "@aws-sdk/client-s3",
  "@aws-sdk/client-sesv2",
  "@aws-sdk/client-sns",
  "@aws-sdk/client-sts",
];
const PRODUCT = ["domain", "adapters", "functions/framework", "functions/*", "cli", "dashboard"];

export const ROOMS: readonly Room[] = [
  { room: "domain", packages: ["zod"] },
  {
    room: "adapters",
    may: ["domain"],
    packages: [...AWS, "@types/aws-lambda", "zod"],
    node: ["crypto", "zlib"],
  },
  { room: "adapters/in-memory", may: ["domain", "adapters"], packages: ["@types/aws-lambda"] },
  {
    room: "functions/framework",
    may: ["domain", "adapters"],
    packages: ["@middy/core", "@types/aws-lambda", "zod"],
    node: ["crypto"],
  },
  {
    room: "functions/*",
    may: ["@", "functions/framework", "adapters", "domain"],
    packages: ["@types/aws-lambda", "jose", "zod"],
    node: ["crypto", "fs", "zlib"],
  },
  {
    room: "cli",
    may: ["domain", "adapters"],
    packages: ["commander", "csv-parse", "temporal-polyfill", "yaml", "zod"],
    node: ["child_process", "crypto", "fs", "os", "path", "timers/promises"],
  },
  {
    room: "dashboard",
    may: ["domain"],
    packages: ["csv-parse", "d3-scale", "d3-shape", "idb-keyval", "oauth4webapi", "preact"],
  },
  {
    room: "lib",
    may: ["adapters/table.ts", "domain/nearest.ts", "domain/retention.ts"],
    types: ["functions/*/env.ts", "functions/framework/env.ts"],
    packages: ["aws-cdk-lib", "constructs", "yaml", "zod"],
    node: ["crypto", "fs", "path"],
  },
  {
    room: "build",
    may: ["domain"],
    packages: ["esbuild", "preact", "preact-render-to-string", "zod", "zod-openapi"],
    node: ["fs", "fs/promises", "path"],
  },
  {
    room: "local",
    packages: ["@aws-sdk/client-s3", "aws-ses-v2-local", "fauxqs", "oauth2-mock-server", "zod"],
    node: ["child_process", "crypto", "fs", "http", "net", "path", "timers/promises", "url"],
  },
  {
    room: "bin",
    may: ["lib", "build", "local", "cli", "bench", "test"],
    packages: ["aws-cdk-lib", "cdk-nag", "dependency-cruiser", "eslint", "typescript", "zod"],
    node: ["child_process", "fs", "path", "url", "util"],
  },
  {
    room: "bench",
    may: [...PRODUCT, "adapters/in-memory", "lib", "build", "local", "test"],
    packages: ["@aws-sdk/client-dynamodb", "zod"],
    node: ["child_process", "crypto", "fs", "os", "path", "perf_hooks", "stream", "timers/promises", "zlib"],
  },
  {
    room: "test",
    may: [...PRODUCT, "adapters/in-memory", "lib", "build", "local", "bench", "bin"],
    packages: ["*"],
    node: ["*"],
  },
];
