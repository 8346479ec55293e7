import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plan } from "./template.ts";

export type PageFile = { status: number; headers: Record<string, string>; body: Buffer };

const TYPES: Record<string, string> = {
  html: "text/html; charset=utf-8",
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
};

/** The static files as the distribution serves them, from the folder that would be published, under its headers. */
export function pageServer({ pages: { folder, headers } }: Plan, config: Record<string, string>) {
  // the one address that the policy names besides its own is that of the sign-in
  const signIn = new URL(config["token_endpoint"] ?? "http://127.0.0.1").origin;
  const policy = (headers["content-security-policy"] ?? "").replace(
    /connect-src 'self'[^;]*/,
    `connect-src 'self' ${signIn}`,
  );
  const sent = { ...headers, "content-security-policy": policy, "cache-control": "no-cache" };
  return (path: string): PageFile | undefined => {
    const name = path === "/" ? "index.html" : path.slice(1);
    if (name === "config.json") return answer("application/json", Buffer.from(JSON.stringify(config)));
    const file = join(folder, name);
    if (!/^[\w-]+\.(html|css|js|svg)$/.test(name) || !existsSync(file)) return undefined;
    return answer(TYPES[name.split(".").at(-1) ?? ""] ?? "text/plain", readFileSync(file));
  };
  function answer(type: string, body: Buffer): PageFile {
    return { status: 200, headers: { ...sent, "content-type": type }, body };
  }
}
