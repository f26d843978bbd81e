import { Conflict } from "#lib/platform/errors";

type Repository = { gitlabProjectId: number; gitlabProjectPath: string; repositoryUrl: string };
type MaybeRepository = { [Field in keyof Repository]: Repository[Field] | null };

/** The same app, known to have a repository. Throws Conflict for an imported one that has none: nothing can be built for it. */
export function withRepository<App extends { name: string } & MaybeRepository>(app: App): App & Repository {
  const { gitlabProjectId, gitlabProjectPath, repositoryUrl } = app;
  if (gitlabProjectId !== null && gitlabProjectPath !== null && repositoryUrl !== null) {
    return { ...app, gitlabProjectId, gitlabProjectPath, repositoryUrl };
  }
  throw new Conflict(`${app.name} was imported without a repository, so nothing can be built for it.`, {
    next: "Change how it runs in the settings; a new image needs a service that is created from a repository.",
  });
}
