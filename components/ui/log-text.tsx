import classes from "./log-view.module.css";

/** Terminal colours and cursor moves (ECMA-48 control sequences): noise in a page. */
const CONTROL_SEQUENCE = /\u001b\[[0-?]*[ -/]*[@-~]|\u001b\][^\u0007]*(\u0007|\u001b\\)|[\u0000-\u0008\u000b-\u001f]/g;

/** A line's text with what is searched for marked. */
export function LogText({ text, search }: { text: string; search: string }) {
  const clean = text.replace(CONTROL_SEQUENCE, "");
  return <span className={classes.text}>{search === "" ? clean : marked(clean, search)}</span>;
}

function marked(text: string, search: string): React.ReactNode[] {
  const parts: React.ReactNode[] = [];
  const lower = text.toLowerCase();
  const wanted = search.toLowerCase();
  let from = 0;
  for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, from)) {
    parts.push(text.slice(from, at), <mark key={at}>{text.slice(at, at + wanted.length)}</mark>);
    from = at + wanted.length;
  }
  return [...parts, text.slice(from)];
}
