/** Today in the shop, live and compared with yesterday; then the last 30 days, orders, payments, products and alerts. */

import { usePageContext } from "../../app/context";
import { Grid, PageHeader } from "../../ui/Card";
import { useToday } from "../../ui/today";
import { useDay } from "./day";
import { Headline } from "./Headline";
import { LatestAlerts } from "./LatestAlerts";
import { OrderStatus } from "./OrderStatus";
import { PaymentMethods } from "./PaymentMethods";
import { PopularNow } from "./PopularNow";
import { RevenueByDay } from "./RevenueByDay";
import { RevenueByHour } from "./RevenueByHour";

/** The first page of an administrator. */
export default function Today() {
  const { zone, format } = usePageContext();
  const today = useToday(zone);
  const day = useDay(today);
  return (
    <>
      <PageHeader title="Today" about={`${format.day(day.start)}, ${zone}`}>
        <span class="live">live</span>
      </PageHeader>
      <Headline day={day} />
      <Grid>
        <RevenueByHour day={day} />
        <RevenueByDay today={today} />
        <OrderStatus />
        <PaymentMethods today={today} />
        <PopularNow />
        <LatestAlerts />
      </Grid>
    </>
  );
}
