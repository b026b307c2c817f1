/** The pages: their addresses, the roles that may see them, and the modules that are loaded on demand. */
import type { ComponentType } from "preact";
import type { Role } from "../auth/role";

/** The properties of a page: the segments of its address after its own name. */
export interface PageProps {
  rest: string[];
}

/** A page. */
export interface Page {
  /** The first segment of the address; empty for the first page. */
  path: string;
  title: string;
  roles: readonly Role[];
  /** Not in the navigation; other pages link to it. */
  hidden?: boolean;
  load: () => Promise<{ default: ComponentType<PageProps> }>;
}

/** All pages, in the order of the navigation. */
export const PAGES: readonly Page[] = [
  { path: "", title: "Today", roles: ["admin"], load: () => import("../pages/today/Today") },
  { path: "products", title: "Products", roles: ["admin", "member"], load: () => import("../pages/products/Products") },
  { path: "orders", title: "Orders", roles: ["admin", "member"], load: () => import("../pages/orders/Orders") },
  { path: "customers", title: "Customers", roles: ["admin"], load: () => import("../pages/customers/Customers") },
  { path: "alerts", title: "Alerts", roles: ["admin"], load: () => import("../pages/alerts/Alerts") },
  { path: "seller", title: "Seller", roles: ["admin", "member"], load: () => import("../pages/seller/Seller") },
  {
    path: "recommendations",
    title: "Recommendations",
    roles: ["admin"],
    load: () => import("../pages/recommendations/Recommendations"),
  },
  { path: "flow", title: "Flow", roles: ["admin"], load: () => import("../pages/flow/Flow") },
];

/** The page of an address for a role; the default page of the role when the address names none. */
export function pageOf(segments: string[], role: Role): Page | undefined {
  const [first = ""] = segments;
  if (first === "" && role === "member") return pageOf(["seller"], role);
  return PAGES.find((page) => page.path === first && page.roles.includes(role));
}
