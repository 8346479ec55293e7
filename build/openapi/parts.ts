import * as z from "zod";

const Fault = z.object({
  pointer: z.string().meta({ description: "JSON pointer (RFC 6901) within the event" }),
  detail: z.string().meta({ description: "What is wrong there and what to do" }),
});

export const Problem = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    errors: z.array(Fault).optional(),
  })
  .meta({ id: "Problem", description: "RFC 9457 problem" });

export const answer = (schema: z.ZodType, description: string) => ({
  description,
  content: { "application/json": { schema } },
});
export const failure = (description: string) => ({
  description,
  content: { "application/problem+json": { schema: Problem } },
});
