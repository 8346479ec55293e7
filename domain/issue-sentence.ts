/** Words of types for people who are no programmers. */
const TYPES: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object with fields",
  record: "an object with fields",
  null: "nothing",
};
const typeOf = (name: string) => TYPES[name] ?? name;
const THINGS: Readonly<Record<string, string>> = {
  string: "characters",
  array: "items",
  number: "",
  int: "",
};
const FORMATS: readonly [RegExp, string][] = [
  [/email/i, "must be an e-mail address"],
  [/ISO date$/i, "must be a date such as 2026-09-10, that exists"],
  [/ISO datetime/i, "must be an instant with its offset, such as 2026-01-20T14:40:00-07:00"],
  [/ISO time/i, "must be a time such as 15:30"],
  [/url/i, "must be an address such as https://example.org"],
  [/pattern/i, "has another form than is read here"],
];

/** Says in plain words what a schema library says of a value; sentences of our own pass as they are. */
export function sentenceOf(message: string): string {
  if (/received undefined$/.test(message)) return "is missing; it is required";
  const [, expected, received] = /^Invalid input: expected (\w+), received (\w+)$/.exec(message) ?? [];
  if (expected !== undefined) return `must be ${typeOf(expected)}, and is ${typeOf(received ?? "")}`;
  const [, literal] = /^Invalid input: expected (.+)$/.exec(message) ?? [];
  if (literal !== undefined) return `must be ${literal}`;
  const [, options] = /^Invalid option: expected one of (.+)$/.exec(message) ?? [];
  if (options !== undefined) return `must be one of ${options.replaceAll('"', "").replaceAll("|", ", ")}`;
  if (/^Invalid input$/.test(message)) return "has a form that is not read here";
  return sizeSentence(message) ?? formatSentence(message) ?? message.replace(/^Invalid input: /, "");
}

const RELATIONS: Readonly<Record<string, string>> = {
  ">=": "at least",
  "<=": "at most",
  ">": "more than",
  "<": "less than",
};

function sizeSentence(message: string): string | undefined {
  const [, type = "", relation = "", size = ""] =
    /^Too (?:small|big): expected (\w+) to (?:be|have) ([<>]=?)(-?[\d.]+)/.exec(message) ?? [];
  const words = RELATIONS[relation];
  if (words === undefined) return undefined;
  const things = THINGS[type] ?? "";
  return `must ${things === "" ? "be" : "have"} ${words} ${size} ${things}`.trim();
}

function formatSentence(message: string): string | undefined {
  if (!/^Invalid /.test(message)) return undefined;
  return FORMATS.find(([form]) => form.test(message))?.[1];
}
