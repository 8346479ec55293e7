import { h, type ComponentChildren, type VNode } from "preact";
import * as z from "zod";

type Schema = {
  $ref?: string | undefined;
  type?: string | string[] | undefined;
  const?: unknown;
  enum?: unknown[] | undefined;
  description?: string | undefined;
  properties?: Record<string, Schema> | undefined;
  required?: string[] | undefined;
  items?: Schema | undefined;
  oneOf?: Schema[] | undefined;
  anyOf?: Schema[] | undefined;
  minimum?: number | undefined;
  maximum?: number | undefined;
  maxLength?: number | undefined;
  maxItems?: number | undefined;
  default?: unknown;
};
export const Schema: z.ZodType<Schema> = z.looseObject({
  $ref: z.string().optional(),
  type: z.union([z.string(), z.array(z.string())]).optional(),
  const: z.unknown().optional(),
  enum: z.array(z.unknown()).optional(),
  description: z.string().optional(),
  properties: z.lazy(() => z.record(z.string(), Schema)).optional(),
  required: z.array(z.string()).optional(),
  items: z.lazy(() => Schema).optional(),
  oneOf: z.lazy(() => z.array(Schema)).optional(),
  anyOf: z.lazy(() => z.array(Schema)).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  maxLength: z.number().optional(),
  maxItems: z.number().optional(),
  default: z.unknown().optional(),
});
export const code = (text: string) => h("code", {}, text);

export const table = (head: readonly string[], rows: readonly (readonly ComponentChildren[])[]): VNode =>
  h("div", { class: "scroll", tabIndex: 0, role: "group", "aria-label": head.join(", ") }, [
    h("table", {}, [
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          head.map((name) => h("th", { scope: "col" }, name)),
        ),
      ),
      h(
        "tbody",
        {},
        rows.map((cells) =>
          h(
            "tr",
            {},
            cells.map((cell) => h("td", {}, cell)),
          ),
        ),
      ),
    ]),
  ]);

const nameOf = ($ref: string) => $ref.split("/").at(-1) ?? "";
const linkTo = ($ref: string) => h("a", { href: `#${nameOf($ref)}` }, nameOf($ref));

/** What stands in a schema: a link, a table of fields, or what the value is. */
export function shape(schema: Schema): VNode {
  const { $ref, properties, items, oneOf, anyOf } = schema;
  if ($ref !== undefined) return h("p", {}, linkTo($ref));
  const kinds = oneOf ?? anyOf;
  if (kinds !== undefined) return h("div", {}, kinds.map(kind));
  if (items !== undefined) return h("div", {}, [h("p", {}, "An array of"), shape(items)]);
  if (properties === undefined) return h("p", {}, typeOf(schema));
  return table(
    ["Field", "What"],
    Object.entries(properties).map(([name, field]) => [
      [code(name), schema.required?.includes(name) === true ? "" : h("small", {}, " optional")],
      [typeOf(field), inner(field)],
    ]),
  );
}

/** One of several shapes, by the word that tells it from the others. */
function kind(schema: Schema): VNode {
  const name = schema.properties?.["type"]?.const;
  return typeof name === "string"
    ? h("details", {}, [h("summary", {}, code(name)), shape(schema)])
    : shape(schema);
}

/** Fields of a field, folded away. */
function inner({ properties, items, description }: Schema): VNode | null {
  const within = properties === undefined ? items : { properties, description };
  if (within?.properties === undefined) return null;
  return h("details", {}, [h("summary", {}, "its fields"), shape(within)]);
}

export function typeOf(schema: Schema): ComponentChildren {
  const { $ref, items, description } = schema;
  if ($ref !== undefined) return linkTo($ref);
  const what = [wordOf(schema), ...limitsOf(schema)].filter((word) => word !== "").join(", ");
  const of = items?.$ref === undefined ? "" : [" of ", linkTo(items.$ref)];
  return [what, of, description === undefined ? "" : `. ${description}`];
}

function wordOf({ type, const: only, enum: words, oneOf, anyOf }: Schema): string {
  if (only !== undefined) return JSON.stringify(only);
  if (words !== undefined) return words.map((word) => JSON.stringify(word)).join(" | ");
  const kinds = oneOf ?? anyOf;
  if (kinds !== undefined) return kinds.map(wordOf).join(" or ");
  return [type ?? ""].flat().join(" or ");
}

function limitsOf(schema: Schema): string[] {
  const { minimum, maximum, maxLength, maxItems } = schema;
  return [
    ...(minimum === undefined ? [] : [`from ${minimum}`]),
    ...(maximum === undefined || maximum > 1e9 ? [] : [`up to ${maximum}`]),
    ...(maxLength === undefined ? [] : [`at most ${maxLength} characters`]),
    ...(maxItems === undefined ? [] : [`at most ${maxItems}`]),
    ...(schema.default === undefined ? [] : [`${JSON.stringify(schema.default)} where it is left out`]),
  ];
}
