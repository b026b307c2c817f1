/** The orders behind figures: all orders of the shop for administrators, their own order lines for sellers. */
import { useQuery } from "../../api/useQuery";
import { usePageContext } from "../../app/context";
import { ORDERS, type OrdersRequest, readOrders } from "../../figures/orders";
import { Card, Grid, PageHeader } from "../../ui/Card";
import { addDays, startOfDay } from "../../ui/day";
import { Pager, usePages } from "../../ui/Pager";
import { Empty, Loaded } from "../../ui/States";
import { Filters } from "./Filters";
import { type Filter, useFilter } from "./filter";
import { OrdersTable } from "./OrdersTable";
import { OrderTotals } from "./OrderTotals";

const ORDERS_MS = 5_000;

/** The page of orders. */
export default function Orders() {
  const { identity } = usePageContext();
  const filter = useFilter();
  const about =
    identity.role === "admin"
      ? "The orders behind the figures, newest first."
      : "Orders with your products; only your own order lines are shown.";
  return (
    <>
      <PageHeader title="Orders" about={about}>
        <Filters filter={filter} />
      </PageHeader>
      <Grid>
        <OrderTotals filter={filter} />
        <List filter={filter} />
      </Grid>
    </>
  );
}

function List({ filter }: { filter: Filter }) {
  const { api } = usePageContext();
  const request = useOrdersRequest(filter);
  const list = JSON.stringify(request);
  const pages = usePages(list);
  const orders = useQuery(
    JSON.stringify([list, pages.cursor]),
    (signal) => readOrders(api, request, pages.cursor, signal),
    pages.cursor === undefined ? ORDERS_MS : undefined,
  );
  return (
    <Card
      title={filter.by === "paid" ? "Orders paid in this period" : "Orders placed in this period"}
      definition={ORDERS.orders}
    >
      <Loaded query={orders} lines={8}>
        {(page) => (
          <>
            {page.orders.length > 0 ? (
              <OrdersTable orders={page.orders} filter={filter} />
            ) : (
              <Nothing more={page.next !== undefined} />
            )}
            <Pager pages={pages} next={page.next} />
          </>
        )}
      </Loaded>
    </Card>
  );
}

function useOrdersRequest(filter: Filter): OrdersRequest {
  const { zone } = usePageContext();
  return {
    start: startOfDay(filter.days.first, zone).toISOString(),
    end: startOfDay(addDays(filter.days.last, 1), zone).toISOString(),
    by: filter.by,
    status: filter.status,
    currency: filter.currency,
    seller_id: filter.seller,
  };
}

function Nothing({ more }: { more: boolean }) {
  if (more)
    return (
      <Empty title="No matching orders on this page.">There are older orders in this period: see the next page.</Empty>
    );
  return <Empty title="No order matches.">Choose a longer period, another status, or all currencies above.</Empty>;
}
