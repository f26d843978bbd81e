"use client";

import { useFormatter } from "use-intl";
import type { ChartUnit } from "#lib/metrics/schema";

const BINARY = ["", " Ki", " Mi", " Gi", " Ti"];

/** A figure as people read it, with as many digits as say something. */
export function useUnitWords(): (value: number, unit: ChartUnit) => string {
  const format = useFormatter();
  // Of what is nearly nothing, three digits would be more than anybody asks: 0.000667 cores.
  const digits = (value: number): string =>
    format.number(value, value < 0.1 ? { maximumFractionDigits: 3 } : { maximumSignificantDigits: 3 });
  const bytes = (value: number): string => {
    const power = value < 1 ? 0 : Math.min(Math.floor(Math.log2(value) / 10), BINARY.length - 1);
    return `${digits(value / 1024 ** power)}${power === 0 ? " B" : BINARY[power]}`;
  };
  return (value, unit) => {
    switch (unit) {
      case "bytes":
        return bytes(value);
      case "bytes-per-second":
        return `${bytes(value)}/s`;
      case "share":
        return format.number(value, { style: "percent", maximumFractionDigits: value < 0.1 ? 1 : 0 });
      case "per-second":
        return `${digits(value)}/s`;
      case "milliseconds":
        return value >= 1000 ? `${digits(value / 1000)} s` : `${digits(value)} ms`;
      case "cores":
      case "count":
        return digits(value);
    }
  };
}
