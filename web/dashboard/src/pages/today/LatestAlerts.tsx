/** The newest findings. */
import { useQuery } from "../../api/useQuery";
import { usePageContext } from "../../app/context";
import { link } from "../../app/location";
import { FIGURES } from "../../figures/definitions";
import { ruleName, summary } from "../../figures/finding";
import { Card } from "../../ui/Card";
import { Empty, Loaded } from "../../ui/States";

const ALERTS_MS = 5_000;

/** Shows the last six findings. */
export function LatestAlerts() {
  const { api, format } = usePageContext();
  const query = { limit: 6 };
  const alerts = useQuery("latest", (signal) => api.get("/api/v1/analytic/alerts", { query }, signal), ALERTS_MS);
  return (
    <Card
      title="Latest alerts"
      width="half"
      definition={FIGURES.findings}
      actions={<a href={link("alerts")}>All alerts</a>}
    >
      <Loaded query={alerts}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty title="No alerts.">Nothing looked like fraud, and no cart was abandoned.</Empty>
          ) : (
            <ul class="list">
              {data.map((finding) => (
                <li key={finding.id}>
                  <a href={link(["alerts", finding.id])}>{ruleName(finding.rule)}</a>
                  <span>{summary(finding, format)}</span>
                  <time class="muted small" dateTime={finding.date_created}>
                    {format.time(finding.date_created)}
                  </time>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Card>
  );
}
