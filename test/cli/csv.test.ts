import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readTable, writeExactTable, writeTable } from "../../cli/csv.ts";
import { mangledId, twinIds } from "../../domain/mangled.ts";
import { temporaryFolder } from "../support/stack.ts";

const file = join(temporaryFolder(), "table.csv");
function read(content: string | Buffer, aliases: Record<string, string> = {}) {
  writeFileSync(file, content);
  return readTable(file, aliases);
}
const cellsOf = (content: string | Buffer) => read(content).rows.map(({ cells }) => cells);
const PLAIN = [{ student_id: "00123", school_id: "7" }];

describe("a table of text", () => {
  it.each([
    ["commas", "student_id,school_id\n00123,7\n"],
    ["semicolons", "student_id;school_id\r\n00123;7\r\n"],
    ["tabs", "student_id\tschool_id\n00123\t7\n"],
    ["Excel's Unicode text", Buffer.from("\uFEFFstudent_id\tschool_id\r\n00123\t7\r\n", "utf16le")],
    ["Excel's separator line", "sep=;\nstudent_id;school_id\n00123;7\n"],
    ["a byte order mark", "\uFEFFstudent_id,school_id\n00123,7\n"],
    ["words with blanks and capitals", "Student ID,School-Id\n00123,7\n"],
    ["text kept by a formula", 'student_id,school_id\n="00123",7\n'],
    ["invisible characters", "student_id,school_id\n\u200b00123\u00a0,7\u200b\n"],
    ["empty cells at the end of lines", "student_id,school_id,,\n00123,7,,\n"],
  ])("is read with %s", (_, content) => {
    expect(cellsOf(content)).toEqual(PLAIN);
  });

  it("leaves blank rows out, and counts rows as a spreadsheet does", () => {
    const { rows } = read("student_id,school_id\n\n1,7\n,,\n2,7\n,\n\n");
    expect(rows.map(({ number, cells, fault }) => [number, cells["student_id"], fault])).toEqual([
      [3, "1", undefined],
      [5, "2", undefined],
    ]);
  });

  it("finds a row whose cells moved, in either direction", () => {
    const { rows } = read("a,b,c\n1,2,3\n1,x,y,3\n1,2\n");
    expect(rows.map(({ fault }) => fault?.replace(/ so .*/, ""))).toEqual([
      undefined,
      "has 4 cells where the header has 3,",
      "has 2 cells where the header has 3,",
    ]);
  });

  it.each([
    [
      "two columns of one name",
      "student_id,Student ID\n1,2\n",
      'number 1, "student_id", and number 2, "Student ID"',
    ],
    ["a column and its alias", "session_date,session_datetime\n1,2\n", 'number 2, "session_datetime"'],
    ["nothing", "", "is empty"],
    ["a header alone", "student_id,school_id\n", "no row below it"],
    ["a workbook", Buffer.from([0x50, 0x4b, 3, 4, 0, 0]), "Excel workbook"],
    ["another encoding", Buffer.from([0x61, 0x2c, 0xe9, 0x0a]), "not in UTF-8"],
    ["an open quote", 'a,b\n"1,2\n', "a quote is opened"],
  ])("is refused with its own sentence: %s", (_, content, says) => {
    expect(() => read(content, { session_datetime: "session_date" })).toThrow(says);
  });

  it("is written so that nothing runs in a spreadsheet, and exactly where it is imported again", () => {
    const rows = [{ id: "=1+1", note: "-2", number: -2 }];
    writeTable(file, ["id", "note", "number"], rows);
    expect(readFileSync(file, "utf8")).toBe("id,note,number\n'=1+1,'-2,-2\n");
    writeExactTable(file, ["id", "note", "number"], rows);
    expect(readFileSync(file, "utf8")).toBe("id,note,number\n=1+1,-2,-2\n");
  });
});

describe("an id that a spreadsheet mangled", () => {
  it.each(["1.23457E+09", "'00123", "123.0", "NULL", "Total", "#N/A"])("%s is found", (id) => {
    expect(mangledId(id)).toBeDefined();
  });

  it.each(["0016740395", "E12", "12e", "1.2.3", "s-1"])("%s is none", (id) => {
    expect(mangledId(id)).toBeUndefined();
  });

  it("is found beside its twin, in the file or among what is stored", () => {
    expect([...twinIds(["123", "00123", "124", "AB", "ab"])]).toEqual(["123", "00123", "AB", "ab"]);
    expect([...twinIds(["123", "124"], ["00123"])]).toEqual(["123"]);
    // the right file is not stopped by what a wrong one stored before it
    expect([...twinIds(["00123", "124"], ["123"])]).toEqual([]);
    expect([...twinIds(["ab"], ["AB"])]).toEqual(["ab"]);
    expect([...twinIds(["123", "124"], ["123"])]).toEqual([]);
  });
});
