/** What decides where an absolute path of a RUN command points. */
export type PathMapping = {
  /** The build's root on the host. */
  root: string;
  /** True when an image path that exists as a program on the host has no file of its own in the image. */
  isHostProgram: (path: string) => boolean;
};

const DEVICES = /^\/(dev\/(null|zero|full|u?random|tty|std(in|out|err)|fd(\/\d+)?)|proc\/.*|sys\/.*)$/;
const PROGRAM_FOLDERS = /^\/(usr\/(local\/)?)?s?bin\/[^/]+$/;

/**
 * Rewrites the absolute paths in a shell command so that they point below the build's root: `rm -rf /var/cache` must
 * clean the image, never this machine. Devices stay, and so do the host's programs where one is called (`/bin/sh x`).
 * It reads words, not shell grammar: it protects the host from ordinary Dockerfiles, it is no jail.
 */
export function mapCommandPaths(command: string, mapping: PathMapping): string {
  const home = `${mapping.root}/root`;
  return command
    .replace(/(^|[\s=:"'(])~(?=\/|\s|$)/g, `$1${home}`)
    .replace(/\$HOME\b|\$\{HOME\}/g, home)
    .replace(
      /(^|[\s=:"'(`<>|;&,@])(\/(?![/*])[^\s"'`;|&<>():,=]*)/g,
      (whole: string, before: string, path: string, offset: number) => {
        const quotedSlash = path === "/" && (before === '"' || before === "'");
        const isCalled = /(^|[;|&(`\n]|\b(exec|then|do|else|env|xargs))\s*$/.test(command.slice(0, offset) + before);
        if (quotedSlash || DEVICES.test(path)) return whole;
        if (isCalled && PROGRAM_FOLDERS.test(path) && mapping.isHostProgram(path)) return whole;
        return `${before}${mapping.root}${path}`;
      },
    );
}

/** The value of an ENV or ARG as a RUN command sees it: absolute paths, also in lists (`/a:/b`), below the root. */
export function mapValuePaths(value: string, mapping: PathMapping): string {
  if (!value.startsWith("/") || DEVICES.test(value)) return value;
  return value
    .split(":")
    .map((part) => (part.startsWith("/") ? `${mapping.root}${part}` : part))
    .join(":");
}
