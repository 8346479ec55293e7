import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { openApiDocument, sessionEventSchema } from "../../build/openapi/document.ts";
import { AWKWARD } from "../support/awkward-events.ts";
import { BAD_EVENTS } from "../support/bad-events.ts";
import { completed } from "../support/world.ts";

const ajv = new Ajv2020({ strict: false, validateFormats: false });
const validate = ajv.compile(sessionEventSchema());

describe("the JSON Schema of the contract", () => {
  it("accepts every valid event, however awkward", () => {
    const refused = AWKWARD.filter(({ event }) => !validate(JSON.parse(JSON.stringify(event))));
    expect(refused.map(({ name }) => name)).toEqual([]);
  });

  it("refuses what is missing, unknown or of another type", () => {
    const refusable =
      /^(no |unknown|a misspelled|a field nobody|revision as|students (an|null)|data (null|an))/;
    const bad = BAD_EVENTS.filter(
      ({ name, type, change }) => change && type === undefined && refusable.test(name),
    );
    const accepted = bad.filter(({ change }) => {
      const event = structuredClone(completed({ revision: 1 }));
      change?.(event);
      return validate(event);
    });
    expect(bad.length).toBeGreaterThan(15);
    // these need to see two fields together, or text that only code can judge
    expect(
      accepted
        .map(({ name }) => name)
        .filter((name) => !/neither|no seconds|no offset|unknown topic/.test(name)),
    ).toEqual([]);
  });

  it("stands in the API reference, with an example that keeps it", () => {
    const { paths, components } = openApiDocument();
    expect(Object.keys(components?.schemas ?? {})).toEqual(
      expect.arrayContaining(["SessionEvent", "ItemResult", "Problem"]),
    );
    const content = paths?.["/v1/events"]?.post?.requestBody as {
      content: Record<string, { example: unknown }>;
    };
    expect(validate(content.content["application/cloudevents+json"]?.example)).toBe(true);
  });
});
