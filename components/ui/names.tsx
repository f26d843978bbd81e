import classes from "./names.module.css";

/** The names of what a change is about, as many as there are. */
export function Names({ label, of }: { label: string; of: { id: string; name: string }[] }) {
  return (
    <ul className={classes.names} aria-label={label}>
      {of.map(({ id, name }) => (
        <li key={id}>{name}</li>
      ))}
    </ul>
  );
}
