import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { h, type ComponentChildren, type VNode } from "preact";
import { renderToStaticMarkup } from "preact-render-to-string";
import * as z from "zod";
import { API_EXAMPLES } from "./openapi/examples.ts";
import { openApiDocument } from "./openapi/document.ts";
import { code, Schema, shape, table, typeOf } from "./reference-shapes.ts";

/** The API's reference as one static page, made of the OpenAPI document: no script, nothing from elsewhere. */

const Content = z.record(z.string(), z.looseObject({ schema: Schema.optional() })).optional();
const Operation = z.looseObject({
  operationId: z.string(),
  summary: z.string(),
  description: z.string().optional(),
  security: z.array(z.record(z.string(), z.unknown())).optional(),
  parameters: z
    .array(
      z.looseObject({ name: z.string(), in: z.string(), required: z.boolean().optional(), schema: Schema }),
    )
    .default([]),
  requestBody: z.looseObject({ content: Content }).optional(),
  responses: z.record(z.string(), z.looseObject({ description: z.string(), content: Content })),
});
type Operation = z.infer<typeof Operation>;
const Document = z.looseObject({
  info: z.looseObject({ title: z.string(), version: z.string(), description: z.string() }),
  paths: z.record(z.string(), z.record(z.string(), Operation)),
  components: z.looseObject({ schemas: z.record(z.string(), Schema) }),
});
type Route = { method: string; path: string; operation: Operation };

const PARTS: [title: string, wanted: (path: string) => boolean][] = [
  ["Providers report", (path) => /events|webhooks|sessions/.test(path)],
  [
    "People and systems read",
    (path) => /^\/v1\/(me|districts|schools|providers|reports|exports|audit)/.test(path),
  ],
  ["Buttons in mails, health", () => true],
];

export function referenceHtml(): string {
  const document = Document.parse(JSON.parse(JSON.stringify(openApiDocument())));
  const left = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): Route => ({
      method: method.toUpperCase(),
      path,
      operation,
    })),
  );
  const parts = PARTS.map(([title, wanted]) => {
    const own = left.filter(({ path }) => wanted(path));
    for (const route of own) left.splice(left.indexOf(route), 1);
    return { title, own };
  });
  const page = h("html", { lang: "en" }, [
    h("head", {}, [
      h("meta", { charSet: "utf-8" }),
      h("meta", { name: "viewport", content: "width=device-width, initial-scale=1" }),
      h("meta", { name: "color-scheme", content: "light dark" }),
      h("title", {}, "Rollcall: API reference"),
      h("link", { rel: "icon", href: "/favicon.svg" }),
      h("link", { rel: "stylesheet", href: "/reference.css" }),
    ]),
    h("body", {}, [
      h(
        "nav",
        { "aria-label": "Contents" },
        parts.map(({ title, own }) => contents(title, own)),
      ),
      h("main", {}, [
        h("h1", {}, "Rollcall: API reference"),
        h("p", {}, document.info.description),
        h("p", {}, [
          "Set ",
          code("API"),
          " to the address of your district's Rollcall, ",
          code("KEY"),
          " to your provider's key, ",
          code("TOKEN"),
          " to an access token. Every failure is a ",
          h("a", { href: "https://www.rfc-editor.org/rfc/rfc9457" }, "problem (RFC 9457)"),
          " that says what is wrong, where, and what to do. For machines: ",
          h("a", { href: "/v1/openapi.json" }, "/v1/openapi.json"),
          ".",
        ]),
        ...parts.flatMap(({ title, own }) => [h("h2", {}, title), ...own.map(section)]),
        h("h2", {}, "Shapes"),
        ...Object.entries(document.components.schemas).map(([name, schema]) =>
          h("section", { id: name }, [h("h3", {}, name), shape(schema)]),
        ),
      ]),
    ]),
  ]);
  return `<!doctype html>${renderToStaticMarkup(page)}`;
}

const contents = (title: string, own: readonly Route[]): VNode =>
  h("div", {}, [
    h("strong", {}, title),
    h(
      "ul",
      {},
      own.map(({ operation }) =>
        h("li", {}, h("a", { href: `#${operation.operationId}` }, operation.summary)),
      ),
    ),
  ]);

function section({ method, path, operation }: Route): ComponentChildren {
  const { operationId, summary, description, parameters, requestBody, responses, security = [] } = operation;
  const who = security.flatMap((one) => Object.keys(one));
  const examples = API_EXAMPLES.filter((one) => one.operation === operationId);
  return h("section", { id: operationId }, [
    h("h3", {}, summary),
    h("p", { class: "route" }, [h("b", {}, method), " ", code(path)]),
    description === undefined ? null : h("p", {}, description),
    who.length === 0
      ? null
      : h("p", { class: "quiet" }, `With: ${who.map((one) => WHO[one] ?? one).join(", or ")}.`),
    parameters.length === 0 ? null : parameterTable(parameters),
    requestBody === undefined
      ? null
      : h("div", {}, [h("h4", {}, "Sends"), ...contentOf(requestBody.content)]),
    h("h4", {}, "Answers"),
    h(
      "dl",
      {},
      Object.entries(responses).flatMap(([status, one]) => [
        h("dt", {}, status),
        h("dd", {}, [
          one.description,
          ...(status === "200" || status === "202" ? contentOf(one.content) : []),
        ]),
      ]),
    ),
    ...examples.map(({ title, shell, status }) =>
      h("figure", {}, [
        h("figcaption", {}, [title, " ", h("span", { class: "quiet" }, `→ ${status}`)]),
        h("pre", { tabIndex: 0 }, shell.replaceAll(" -w '%{http_code}'", "")),
      ]),
    ),
  ]);
}

const WHO: Record<string, string> = { providerKey: "a provider's key", token: "an access token of a person" };

const parameterTable = (parameters: Operation["parameters"]): VNode =>
  table(
    ["Parameter", "In", "What"],
    parameters.map(({ name, in: place, required, schema }) => [
      code(name),
      `${place}${required === true ? "" : ", optional"}`,
      typeOf(schema),
    ]),
  );

const contentOf = (content: z.infer<typeof Content>): VNode[] =>
  Object.entries(content ?? {}).map(([media, { schema }]) =>
    h("div", {}, [h("p", { class: "quiet" }, media), schema === undefined ? null : shape(schema)]),
  );

const STYLE = `:root{color-scheme:light dark;--ink:#1c1e21;--paper:#fff;--quiet:#565d68;--edge:#d4d8de;--accent:#1f4fa3;--code:#f1f3f6}
@media(prefers-color-scheme:dark){:root{--ink:#e8eaed;--paper:#16181c;--quiet:#aeb4be;--edge:#3f454e;--accent:#8ab4f8;--code:#22252b}}
*{box-sizing:border-box}body{margin:0;font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper)}
a,summary{color:var(--accent)}nav,main{padding:16px;max-width:60rem;margin:0 auto}nav ul{margin:4px 0 12px;padding-left:18px}nav li{padding:2px 0}
h2{border-top:2px solid var(--edge);padding-top:20px;margin-top:36px}section{margin:28px 0;padding-top:4px}h3{margin:0 0 4px}h4{margin:12px 0 4px}
code,pre{font:14px/1.5 ui-monospace,monospace;background:var(--code);border-radius:4px;padding:0 4px;overflow-wrap:anywhere}
pre{padding:10px 12px;overflow-x:auto;white-space:pre-wrap}figure{margin:12px 0}figcaption{font-weight:600}.quiet,small{color:var(--quiet)}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;border-bottom:1px solid var(--edge);padding:4px 10px 4px 0}
dl{display:grid;grid-template-columns:auto 1fr;gap:2px 12px}dd{margin:0;min-width:0}dt{font-weight:600}summary{cursor:pointer;min-height:26px}
@media(min-width:70rem){body{display:grid;grid-template-columns:20rem 1fr}nav{position:sticky;top:0;height:100vh;overflow:auto;margin:0;border-right:1px solid var(--edge)}}
@media print{nav{display:none}}`;

export function buildReference(outdir: string): void {
  writeFileSync(join(outdir, "reference.html"), referenceHtml());
  writeFileSync(join(outdir, "reference.css"), STYLE);
}
