import { useState } from "preact/hooks";
import { useSite } from "../context.ts";
import { forgetNames, keepNames, readNames } from "../names.ts";
import { Card, Title } from "../parts.tsx";

/** Names from a file of the reader's own: shown here, kept in this browser, sent nowhere. */
export function Names() {
  const { words, names, renamed } = useSite();
  const [said, say] = useState("");
  const open = async (file: File | undefined) => {
    const found = file && (await readNames(await file.text()).catch(() => undefined));
    if (found === undefined) return say(words.names.wrong);
    await keepNames(found);
    renamed(found);
    say(words.names.saved);
  };
  const erase = async () => {
    await forgetNames();
    renamed(new Map());
    say("");
  };
  return (
    <>
      <Title name={words.names.title} />
      <Card title={names.size === 0 ? words.names.none : words.names.count(names.size)} id="names">
        <p>{words.names.what}</p>
        <label class="file">
          {words.names.choose}
          <input
            type="file"
            accept=".csv,text/csv"
            onChange={(event) => void open(event.currentTarget.files?.[0])}
          />
        </label>
        {names.size > 0 && (
          <p>
            <button type="button" class="plain" onClick={() => void erase()}>
              {words.names.erase}
            </button>
          </p>
        )}
        <p role="status">{said}</p>
      </Card>
    </>
  );
}
