/** Customers: segments by spending, months, and new users. */
import { usePageContext } from "../../app/context";
import { Grid, PageHeader } from "../../ui/Card";
import { Growth } from "./Growth";
import { Months } from "./Months";
import { Segments } from "./Segments";

/** The page of customers, for administrators. */
export default function Customers() {
  const { zone } = usePageContext();
  return (
    <>
      <PageHeader
        title="Customers"
        about={`Who buys, how much, and how that changes. Days and months are in ${zone}.`}
      />
      <Grid>
        <Segments />
        <Months />
        <Growth />
      </Grid>
    </>
  );
}
