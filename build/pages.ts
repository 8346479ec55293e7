import { build } from "esbuild";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");

/** The pages that people look at, as static files. What is loaded later has its hash in its name. */
export async function buildPages(outdir: string): Promise<void> {
  mkdirSync(outdir, { recursive: true });
  await build({
    entryPoints: { app: join(root, "dashboard", "main.tsx") },
    outdir,
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    target: "es2023",
    chunkNames: "part-[hash]",
    jsx: "automatic",
    jsxImportSource: "preact",
    legalComments: "none",
    logLevel: "error",
  });
  const { code } = await minifiedStyle();
  writeFileSync(join(outdir, "app.css"), code);
  for (const name of ["index.html", "favicon.svg"]) cpSync(join(root, "dashboard", name), join(outdir, name));
}

async function minifiedStyle(): Promise<{ code: string }> {
  const { outputFiles } = await build({
    entryPoints: [join(root, "dashboard", "style.css")],
    minify: true,
    write: false,
  });
  return { code: outputFiles[0]?.text ?? "" };
}
