import { House, Package, Waypoints } from "lucide-react";

/** Pages of the rail, in order; a page gets its item when it exists. */
export const RAIL_ITEMS = [
  { href: "/", key: "overview", icon: House },
  { href: "/services", key: "services", icon: Package },
  { href: "/gateways", key: "gateways", icon: Waypoints },
] as const;

export const isCurrent = (href: string, pathname: string): boolean =>
  href === "/" ? pathname === "/" : pathname === href || pathname.startsWith(`${href}/`);
