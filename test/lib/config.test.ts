import { describe, expect, it } from "vitest";
import { parseConfig } from "../../lib/config-file.ts";
import { readConfig, switchSets, SWITCHES } from "../../lib/config.ts";

const read = (context: Record<string, string>) => readConfig({ tryGetContext: (name) => context[name] });
const NEEDED = { sender: "rollcall@district.example", signInDomain: "rollcall-district" };

describe("the deploy config", () => {
  it.each(["sender", "signInDomain"])(
    "refuses to deploy without %s: nobody gets a stranger's value",
    (name) => {
      expect(() => read({ ...NEEDED, [name]: "" })).toThrow(`${name} is missing`);
    },
  );

  it.each([
    ["a stage that is none", { stage: "production" }, 'stage "production"'],
    ["a sender that is no address", { sender: "district" }, "no e-mail address"],
    ["a prefix that Cognito refuses", { signInDomain: "My AWS" }, "is no prefix"],
    ["half an identity provider", { oidcIssuer: "https://id.example" }, "belong together"],
    ["half a page address", { pageDomain: "rollcall.example" }, "belong together"],
    ["neither yes nor no", { grantsFromClaim: "ture" }, "neither yes nor no"],
    [
      "what only OpenID Connect says",
      { emailVerifiedClaim: "xms_edov", samlMetadataUrl: "https://a.example" },
      "emailVerifiedClaim needs OpenID Connect",
    ],
    ["a claim of nobody", { emailVerifiedClaim: "xms_edov" }, "emailVerifiedClaim needs OpenID Connect"],
    [
      "two identity providers",
      { samlMetadataUrl: "https://a.example", oidcIssuer: "https://id.example" },
      "one identity provider",
    ],
  ])("refuses %s", (_, context, says) => {
    expect(() => read({ ...NEEDED, ...context })).toThrow(says);
  });

  it("is tried with every switch alone and with all of them together", () => {
    const sets = switchSets();
    for (const set of sets) expect(() => read(set)).not.toThrow();
    expect(new Set(sets.flatMap((set) => Object.keys(set)))).toEqual(new Set(Object.keys(SWITCHES)));
    const whole = sets.filter((set) => Object.keys(set).length >= Object.keys(SWITCHES).length - 5);
    expect(whole).toHaveLength(2);
  });
});

describe("rollcall.config.yaml", () => {
  it("gives the same switches as -c", () => {
    expect(parseConfig("stage: prod\nsender: a@b.example\ngrantsFromClaim: true\n")).toEqual({
      stage: "prod",
      sender: "a@b.example",
      grantsFromClaim: "true",
    });
    expect(parseConfig("# nothing yet\n")).toEqual({});
  });

  it.each([
    ["a misspelled switch", "alarmMail: ops@b.example", "did you mean alarmEmail?"],
    ["a number", "signInDomain: 12", "must be a text"],
    ["a list", "- sender", "must be lines such as"],
    ["broken YAML", "sender: [", "rollcall.config.yaml"],
  ])("refuses %s", (_, text, says) => {
    expect(() => parseConfig(text)).toThrow(says);
  });
});
