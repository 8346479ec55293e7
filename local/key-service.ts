import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import * as z from "zod";
import { readAll } from "./lambda-pool.ts";
import { listen } from "./listen.ts";

const Request = z.looseObject({
  Plaintext: z.string().optional(),
  CiphertextBlob: z.string().optional(),
  EncryptionContext: z.record(z.string(), z.string()).default({}),
});
type Request = z.infer<typeof Request>;

/** KMS with one key: seals and opens, and refuses another context, as KMS does. */
export async function startKeyService(
  port: number,
  folder: string | undefined,
): Promise<{ endpoint: string; close: () => void }> {
  const key = keyIn(folder);
  const server = createServer((request, response) => {
    void readAll(request).then((body) => {
      const answer = answerOf(key, request.headers["x-amz-target"], Request.parse(JSON.parse(body)));
      response
        .writeHead(answer === undefined ? 400 : 200, { "content-type": "application/x-amz-json-1.1" })
        .end(JSON.stringify(answer ?? { __type: "InvalidCiphertextException" }));
    });
  });
  const endpoint = `http://127.0.0.1:${await listen(server, port)}`;
  return { endpoint, close: () => void server.close() };
}

/** Kept with the data, so that what was sealed can be opened after a restart. */
function keyIn(folder: string | undefined): Buffer {
  if (folder === undefined) return randomBytes(32);
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "local.key");
  if (!existsSync(file)) writeFileSync(file, randomBytes(32), { mode: 0o600 });
  return readFileSync(file);
}

const contextBytes = (context: Request["EncryptionContext"]) =>
  Buffer.from(JSON.stringify(Object.entries(context).sort()));

function answerOf(key: Buffer, target: string | string[] | undefined, request: Request) {
  const context = contextBytes(request.EncryptionContext);
  if (target === "TrentService.Encrypt") {
    const nonce = randomBytes(12);
    const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(context);
    const sealed = [cipher.update(Buffer.from(request.Plaintext ?? "", "base64")), cipher.final()];
    const CiphertextBlob = Buffer.concat([nonce, ...sealed, cipher.getAuthTag()]).toString("base64");
    return { CiphertextBlob, KeyId: "local" };
  }
  return target === "TrentService.Decrypt" ? opened(key, context, request.CiphertextBlob) : undefined;
}

function opened(key: Buffer, context: Buffer, blob = "") {
  const bytes = Buffer.from(blob, "base64");
  try {
    const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, 12)).setAAD(context);
    decipher.setAuthTag(bytes.subarray(-16));
    const plain = Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]);
    return { Plaintext: plain.toString("base64"), KeyId: "local" };
  } catch {
    return undefined;
  }
}
