import { createHash } from "node:crypto";
import { escape } from "../../domain/mail.ts";
import type { Wording } from "../../domain/wording/wording.ts";
import type { HttpResult } from "../framework/http.ts";

const STYLE =
  ":root{color-scheme:light dark}body{font:17px/1.5 system-ui,sans-serif;max-width:32em;margin:0 auto;padding:24px 16px;background:#fff;color:#1c1e21}" +
  "a{color:#1f4fa3}ul{margin:0 0 16px;padding-left:22px}li a{display:inline-block;padding:8px 0}h1{font-size:20px;margin:0 0 16px}p{margin:0 0 16px}label{display:block;margin:0 0 6px}" +
  "textarea{font:inherit;width:100%;box-sizing:border-box;min-height:72px;padding:8px;border:1px solid #767b84;border-radius:6px;margin:0 0 16px;background:#fff;color:inherit}" +
  "button{font:inherit;font-weight:600;padding:12px 22px;min-height:44px;border:0;border-radius:6px;background:#1f4fa3;color:#fff;cursor:pointer}" +
  "button:focus-visible,textarea:focus-visible{outline:3px solid #e8a33d;outline-offset:2px}" +
  "@media(prefers-color-scheme:dark){body{background:#16181c;color:#e8eaed}a{color:#8ab4f8}textarea{background:#22252b;border-color:#8d939c}button{background:#8ab4f8;color:#10203c}}";

const HEADERS = {
  "content-type": "text/html; charset=utf-8",
  // the address is the permission: it must not be kept, indexed, framed or told to anybody
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-robots-tag": "noindex",
  "content-security-policy": `default-src 'none'; style-src 'sha256-${createHash("sha256").update(STYLE).digest("base64")}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`,
};

/** What an answer is about; a link leads to the page of a student, behind the sign-in. */
export type About = { text: string; href?: string | undefined };
type Page = {
  title: string;
  /** Alerts that the button is about, or was. */
  about?: readonly About[];
  /** What is wrong with what was sent. */
  fault?: string | undefined;
  form?: { button: string; note?: string; written?: string | undefined };
  /** Where to go next. */
  next?: { text: string; href: string };
};

const aboutItem = ({ text, href }: About) =>
  `<li>${href === undefined ? escape(text) : `<a href="${escape(href)}">${escape(text)}</a>`}</li>`;

/** A page with one button, or with none. The form posts to its own address. */
export function page(
  { lang }: Wording,
  status: number,
  { title, form, about = [], fault, next }: Page,
): HttpResult {
  const note =
    form?.note === undefined
      ? ""
      : `<label for="note">${escape(form.note)}</label><textarea id="note" name="note" maxlength="200">${escape(form.written ?? "")}</textarea>`;
  const button =
    form === undefined
      ? ""
      : `<form method="post">${note}<button type="submit">${escape(form.button)}</button></form>`;
  const body =
    `<!doctype html><html lang="${lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">` +
    `<title>Rollcall</title><style>${STYLE}</style></head><body><main><h1>${escape(title)}</h1>` +
    (about.length === 0 ? "" : `<ul>${about.map(aboutItem).join("")}</ul>`) +
    (fault === undefined ? "" : `<p role="alert">${escape(fault)}</p>`) +
    `${button}${next === undefined ? "" : `<p><a href="${escape(next.href)}">${escape(next.text)}</a></p>`}</main></body></html>`;
  return { statusCode: status, headers: HEADERS, body };
}
