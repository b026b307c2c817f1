/** Recommendations: their results, a preview of what is recommended now, and the rules of the shop. */
import { usePageContext } from "../../app/context";
import { useChoice } from "../../app/location";
import { lastDays } from "../../figures/sales";
import { Grid, PageHeader } from "../../ui/Card";
import { Segments } from "../../ui/Choice";
import { useToday } from "../../ui/today";
import { Preview } from "./Preview";
import { Results } from "./Results";
import { Rules } from "./Rules";

const RANGES = [
  ["7", "7 days"],
  ["30", "30 days"],
  ["90", "90 days"],
] as const;

/** The page of recommendations, for administrators. */
export default function Recommendations() {
  const { format } = usePageContext();
  const [range, choose] = useChoice("range", "30", RANGES);
  // The API counts recommendations by days of UTC.
  const days = lastDays(useToday("UTC"), Number(range));
  const utc = (date: string) => format.day(`${date}T12:00:00Z`);
  return (
    <>
      <PageHeader title="Recommendations" about={`${utc(days.first)} to ${utc(days.last)}, days in UTC.`}>
        <Segments label="Range of time" options={RANGES} value={range} choose={choose} />
      </PageHeader>
      <Grid>
        <Results days={days} />
        <Preview />
        <Rules />
      </Grid>
    </>
  );
}
