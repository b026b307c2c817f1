/** Alerts: the findings of the rules, with their evidence. */
import type { PageProps } from "../../app/pages";
import { Detail } from "./Detail";
import { List } from "./List";

/** The page of alerts, for administrators: the list, or one finding. */
export default function Alerts({ rest }: PageProps) {
  const [id] = rest;
  return id === undefined ? <List /> : <Detail id={id} key={id} />;
}
