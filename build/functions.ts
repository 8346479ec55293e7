import { build, type Plugin } from "esbuild";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { buildPages } from "./pages.ts";
import { buildReference } from "./reference-page.ts";
import { openApiDocument, sessionEventSchema } from "./openapi/document.ts";

const root = join(import.meta.dirname, "..");
export const DIST = join(root, "dist");

/** Loaded by the SDK only for operations that stream events; Rollcall calls none. */
const NEVER_LOADED = ["@smithy/core/event-streams"];

/** In Lambda the credentials come from the environment; the SDK loads these only where they do not. */
const ELSEWHERE = [
  "@smithy/credential-provider-imds",
  "@aws-sdk/credential-provider-http",
  "@aws-sdk/credential-provider-ini",
  "@aws-sdk/credential-provider-sso",
  "@aws-sdk/credential-provider-process",
  "@aws-sdk/credential-provider-web-identity",
  "bowser",
];

/**
 * The SDK's schemas use computed keys, which esbuild must take for side effects, so that every command of a service
 * would be bundled. With the constants written out the unused ones fall away (S3: 67 KB to 8 KB).
 */
const slimSchemas: Plugin = {
  name: "slim-schemas",
  setup(builder) {
    const filter = /@aws-sdk[\\/]client-[^\\/]+[\\/]dist-es[\\/]schemas[\\/]schemas_\d+\.js$/;
    builder.onLoad({ filter }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      const constants = new Map(
        [...source.matchAll(/^const (_\w+) = ("[^"]*");$/gm)].map(([, name, text]) => [name, text]),
      );
      const contents = source.replaceAll(/\[(_\w+)\]:/g, (whole, name: string) => {
        const text = constants.get(name);
        return text === undefined ? whole : `${text}:`;
      });
      return { contents, loader: "js" };
    });
  },
};

/** Schemas are turned into JSON Schema when the reference is built, never in a function: 17 KB each. */
const withoutJsonSchema: Plugin = {
  name: "without-json-schema",
  setup(builder) {
    const filter =
      /zod[\\/]v4[\\/]core[\\/](to-json-schema|json-schema-processors|json-schema-generator)\.js$/;
    builder.onLoad({ filter }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      const names = [...source.matchAll(/^export (?:const|function|class) (\w+)/gm)].map(([, name]) => name);
      const contents = names.map((name) => `export function ${name}() {}`).join("\n");
      return { contents, loader: "js" };
    });
  },
};

export const functionNames = (): string[] =>
  readdirSync(join(root, "functions"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== "framework")
    .map((entry) => entry.name)
    .filter((name) => readdirSync(join(root, "functions", name)).includes("index.ts"));

/** Bundles every function once: what is tested, run locally and deployed are the same bytes. */
export async function buildFunctions(): Promise<void> {
  rmSync(DIST, { recursive: true, force: true });
  await Promise.all(functionNames().map(buildFunction));
  await buildPages(join(DIST, "publish-pages", "pages"));
  buildReference(join(DIST, "publish-pages", "pages"));
  mkdirSync(join(DIST, "ingest-events"), { recursive: true });
  const write = (name: string, value: unknown) =>
    writeFileSync(join(DIST, name), JSON.stringify(value, undefined, 1));
  write("ingest-events/openapi.json", openApiDocument());
  write("session-event.schema.json", sessionEventSchema());
}

async function buildFunction(name: string): Promise<void> {
  await build({
    entryPoints: [join(root, "functions", name, "index.ts")],
    outfile: join(DIST, name, "index.mjs"),
    bundle: true,
    minify: true,
    platform: "node",
    target: "node24",
    format: "esm",
    mainFields: ["module", "main"],
    external: [...ELSEWHERE, ...NEVER_LOADED],
    plugins: [slimSchemas, withoutJsonSchema],
    legalComments: "none",
    logLevel: "error",
  });
}

export const bundleBytes = (name: string) => readFileSync(join(DIST, name, "index.mjs")).length;
