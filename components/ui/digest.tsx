import classes from "./code.module.css";
import { CopyButton } from "./copy-button.tsx";

/** An image digest, short, whole on hover and when copied (OCI image spec, "Digests"). */
export function Digest({ value }: { value: string }) {
  const [algorithm, hex = ""] = value.split(":");
  return (
    <span className={classes.code}>
      <code title={value}>{`${algorithm}:${hex.slice(0, 4)}…${hex.slice(-4)}`}</code>
      <CopyButton value={value} />
    </span>
  );
}
