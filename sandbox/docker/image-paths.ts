/** What decides where an absolute path of a RUN command points. */
export type PathMapping = {
  /** The build's root on the host. */
  root: string;
  /** True when an image path that exists as a program on the host has no file of its own in the image. */
  isHostProgram: (path: string) => boolean;
};

const DEVICES = /^\/(dev\/(null|zero|full|u?random|tty|std(in|out|err)|fd(\/\d+)?)|proc\/.*|sys\/.*)$/;
/** A path at the begin of a word, of a quoted word, of an option's value (`--to=/x`, `-o/x`) or of a redirection. */
const ABSOLUTE_PATH = /(?<=^|[\s=:"'(`<>;&]|\s-[A-Za-z])\/(?![/*])[^\s"'`;|&<>():,=]*/g;
/** What stands before a word that is a program to run. */
const CALLED = /(^|[;|&(`\n]|\b(exec|then|do|else|env|xargs))\s*$/;
const PROGRAM_FOLDERS = /^\/(usr\/(local\/)?)?s?bin\/[^/]+$/;

/**
 * Rewrites the absolute paths in a shell command so that they point below the build's root: `rm -rf /var/cache` must
 * clean the image, never this machine. Devices stay, and so do the host's programs where one is called (`/bin/sh x`).
 * It reads words, not shell grammar: it protects the host from ordinary Dockerfiles, it is no jail.
 */
export function mapCommandPaths(command: string, mapping: PathMapping): string {
  const home = `${mapping.root}/root`;
  const atHome = command.replace(/(^|[\s=:"'(])~(?=\/|\s|$)/g, `$1${home}`).replace(/\$HOME\b|\$\{HOME\}/g, home);
  return atHome.replace(ABSOLUTE_PATH, (path: string, at: number) => {
    const before = atHome.slice(0, at);
    // What the line above wrote is below the root already.
    if (path.startsWith(`${mapping.root}/`)) return path;
    const isQuotedSlash = path === "/" && /["']$/.test(before);
    const isCalled = CALLED.test(before) && PROGRAM_FOLDERS.test(path);
    if (isQuotedSlash || DEVICES.test(path) || (isCalled && mapping.isHostProgram(path))) return path;
    return mapping.root + path;
  });
}

/** The value of an ENV or ARG as a RUN command sees it: absolute paths, also in lists (`/a:/b`), below the root. */
export function mapValuePaths(value: string, mapping: PathMapping): string {
  if (!value.startsWith("/") || DEVICES.test(value)) return value;
  return value
    .split(":")
    .map((part) => (part.startsWith("/") ? `${mapping.root}${part}` : part))
    .join(":");
}
