import { useState } from "preact/hooks";
import type { Report } from "./answers.ts";
import type { Trouble } from "./api.ts";
import { Bars } from "./charts.tsx";
import { formatsOf, useSite } from "./context.ts";
import { Card, Empty } from "./parts.tsx";

/** How many students got how much of the goal, and the same as a file. `report`: where the answer came from. */
export function Distribution({ dosage, report }: { dosage: Report; report: string }) {
  const { words, api } = useSite();
  const { share } = formatsOf(words);
  const [trouble, setTrouble] = useState<Trouble>();
  // a link lives for a quarter of an hour, and a page for longer
  const download = async () => {
    const answer = await api.get<Report>(report);
    if ("trouble" in answer) return setTrouble(answer.trouble);
    setTrouble(undefined);
    location.assign(answer.data.export);
  };
  return (
    <Card title={words.district.distribution} id="distribution">
      {dosage.buckets === undefined ? (
        <Empty what={words.district.suppressed} />
      ) : (
        <Bars
          label={`${words.district.share}, ${words.district.ofTutored}`}
          head={[words.district.percentOfTarget, words.district.share]}
          points={Object.entries(dosage.buckets).map(([name, value]) => ({
            // as the key of the weeks says it
            name: name === "100+" ? "≥100%" : `${name.replace("-", "–")}%`,
            value,
            text: share(value),
          }))}
        />
      )}
      <p>
        <button type="button" class="plain" onClick={() => void download()}>
          {words.district.download}
        </button>
        {trouble !== undefined && <span role="alert"> {words.trouble[trouble]}</span>}
      </p>
    </Card>
  );
}
