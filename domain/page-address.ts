/** Where the pages show what, within their own address; ids are opaque text. Mails, pages and answers link to the same. */
const part = (id: string) => encodeURIComponent(id);

export const PAGE_ADDRESS = {
  today: (school_id: string, date?: string) =>
    `#/school/${part(school_id)}/today${date === undefined ? "" : `/${date}`}`,
  student: (school_id: string, student_id: string) =>
    `#/school/${part(school_id)}/student/${part(student_id)}`,
} as const;

/** A whole link, from where the pages are; without a place to their first page. */
export const pageLink = (pagesUrl: string, address = "") => `${pagesUrl.replace(/\/$/, "")}/${address}`;
