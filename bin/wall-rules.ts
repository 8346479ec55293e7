import type { IRegularForbiddenRuleType } from "dependency-cruiser";
import { ROOMS, type Room } from "./rooms.ts";

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
  const comment = `what ${room} may import stands in bin/rooms.ts`;
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
