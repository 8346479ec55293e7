/** What an admin did that cannot be done: shown as one sentence, without a stack. */
export class UsageError extends Error {
  override name = "UsageError";
}
