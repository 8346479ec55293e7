import type { IRegularForbiddenRuleType } from "dependency-cruiser";
import type { Linter } from "eslint";

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

type Rule = IRegularForbiddenRuleType & { name: string };

const escaped = (text: string) => text.replaceAll(".", "\\.");

/** Where the files of a room are: `own` is the part of a path that a rule's `from` remembers. */
function pathOf(place: string, own: "$1" | "[^/]+"): string {
  if (place === "@") return "^functions/$1/";
  const [folder = "", ...rest] = escaped(place).split("/*");
  if (place.includes("/*")) return `^${folder}/${own === "$1" ? "([^/]+)" : "[^/]+"}${rest.join("") || "/"}`;
  return place.endsWith(".ts") ? `^${folder}$` : `^${folder}/`;
}

/** A room within another one is its own: a line for the whole does not let it in. */
const within = (room: string) =>
  ROOMS.filter(({ room: other }) => other !== room && other.startsWith(`${room.split("/*")[0]}/`))
    .filter(({ room: other }) => !other.includes("*"))
    .map(({ room: other }) => pathOf(other, "[^/]+"));

/** The pattern of what lies in a place and in no room within it. */
function placePattern(place: string): string {
  const inner = within(place);
  const path = pathOf(place, "[^/]+");
  if (inner.length === 0 || place === "@" || place.endsWith(".ts")) return path;
  const not = inner.map((other) => `(?!${other.slice(1)})`).join("");
  return `^${not}${path.slice(1)}`;
}

const packagePattern = (name: string) =>
  name === "*" ? "^node_modules/" : `^(node_modules/)?${escaped(name)}(/|$)`;
const nodePattern = (name: string) => (name === "*" ? "^[a-z_/]+$" : `^(node:)?${name}$`);

function roomRules(line: Room): Rule[] {
  const { room, may = [], types = [], packages = [], node = [] } = line;
  const from = { path: pathOf(room, "$1"), pathNot: within(room) };
  const own = room.includes("*") ? [] : [placePattern(room)];
  const values = [
    ...own,
    ...may.map(placePattern),
    ...packages.map(packagePattern),
    ...node.map(nodePattern),
  ];
  const comment = `what ${room} may import stands in bin/wall-rules.ts`;
  const rule: Rule = {
    ...{ name: room, comment, severity: "error", from },
    to: { pathNot: [...values, ...types.map(placePattern)] },
  };
  if (types.length === 0) return [rule];
  const asTypes: Rule = {
    ...{ name: `${room}: types`, comment: "as a type alone", severity: "error", from },
    to: { path: types.map(placePattern), dependencyTypesNot: ["type-only"] },
  };
  return [rule, asTypes];
}

/** Rules that hold in every room. */
const EVERYWHERE: readonly Rule[] = [
  {
    ...{ name: "index-is-the-composition-root", severity: "error" },
    comment: "index.ts reads the environment; nothing imports it",
    ...{ from: {}, to: { path: "^functions/[^/]+/index\\.ts$" } },
  },
  {
    ...{ name: "table-has-no-imports", severity: "error", comment: "names of keys, and nothing else" },
    ...{ from: { path: "^adapters/table\\.ts$" }, to: { path: ".*" } },
  },
  {
    ...{ name: "environment-of-a-function", severity: "error", comment: "a schema, and nothing else" },
    ...{ from: { path: "^functions/[^/]+/env\\.ts$" }, to: { pathNot: ["^node_modules/zod/"] } },
  },
  {
    ...{ name: "no-circles", severity: "error", comment: "of types neither" },
    ...{ from: {}, to: { circular: true } },
  },
  {
    ...{ name: "no-orphan-imports", severity: "error", comment: "every import resolves" },
    ...{ from: {}, to: { couldNotResolve: true } },
  },
];

export const wallRules = (): Rule[] => [...ROOMS.flatMap(roomRules), ...EVERYWHERE];

const topOf = (path: string) => path.split("/")[0] ?? "";

/** Folders of code that have no line. */
export function roomsWithoutLine(files: readonly string[]): string[] {
  const rooms = new Set(ROOMS.map(({ room }) => topOf(room)));
  const folders = files.filter((file) => file.includes("/") && /\.(tsx?|mjs)$/.test(file)).map(topOf);
  return [...new Set(folders)].filter((folder) => !rooms.has(folder)).sort();
}

/** The allow-list as a table in Markdown. */
export function wallTable(): string {
  const cell = (list: readonly string[] = []) => (list.length === 0 ? "–" : list.map(code).join(", "));
  const lines = ROOMS.map(({ room, may = [], types = [], packages, node }) => {
    const rooms = [...may.map(shown).map(code), ...types.map((type) => `${code(type)} (types)`)];
    return `| ${code(room)} | ${rooms.join(", ") || "–"} | ${cell(packages)} | ${cell(node)} |`;
  });
  return ["| room | may import | packages | of Node |", "|---|---|---|---|", ...lines].join("\n");
}

const code = (text: string) => `\`${text}\``;
const shown = (place: string) => (place === "@" ? "its own folder" : place);

/** How imports are read: types, too. */
export const CRUISE_OPTIONS = {
  tsPreCompilationDeps: true,
  doNotFollow: { path: "node_modules" },
  exclude: { path: "^(dist|cdk\\.out|\\.rollcall)/" },
  tsConfig: { fileName: "tsconfig.json" },
  enhancedResolveOptions: {
    exportsFields: ["exports"],
    conditionNames: ["import", "node", "default", "types"],
  },
};

type Edge = { files: string[]; ignores: string[]; rules: Linter.RulesRecord };
/** What no file may hold. */
export const UNWANTED = [
  { selector: "TSEnumDeclaration", message: "no enums: use a union of string literals" },
  { selector: "ExportDefaultDeclaration", message: "no default exports" },
];

/** Walls that no import shows. `test/walls.test.ts` plants a violation of each. */
export const EDGES: readonly Edge[] = [
  {
    files: [
      "functions/**/*.ts",
      "adapters/**/*.ts",
      "domain/**/*.ts",
      "cli/**/*.ts",
      "lib/**/*.ts",
      "dashboard/**/*.ts",
    ],
    ignores: ["functions/*/index.ts", "cli/target.ts"],
    rules: {
      "no-restricted-properties": [
        "error",
        {
          object: "process",
          property: "env",
          message: "the environment is read in the index.ts of a function and in cli/target.ts",
        },
      ],
    },
  },
  {
    files: ["functions/*/*.ts"],
    ignores: [
      "functions/*/index.ts",
      "functions/framework/ingest-stores.ts",
      "functions/read-api/open-wall.ts",
    ],
    rules: {
      "no-restricted-syntax": [
        "error",
        ...UNWANTED,
        {
          selector: "ImportSpecifier[imported.name=/^(dynamo|s3|kms|cognito|ses)[A-Z]/]",
          message: "stores and senders are built in index.ts and handed to the handler",
        },
      ],
    },
  },
];
