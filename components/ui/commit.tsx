import classes from "./code.module.css";
import { CopyButton } from "./copy-button.tsx";

/** A commit's first seven digits, whole on hover and when copied; in a list without the copy button. */
export function Commit({ sha, copy = false }: { sha: string; copy?: boolean }) {
  return (
    <span className={classes.code}>
      <code title={sha}>{sha.slice(0, 7)}</code>
      {copy && <CopyButton value={sha} />}
    </span>
  );
}
