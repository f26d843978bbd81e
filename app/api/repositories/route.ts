import { route } from "#lib/access/route";
import { connectedGitlab } from "#lib/apps/connected-gitlab";
import { searchRepositoriesInput, searchRepositoriesResult } from "#lib/apps/schema";
import { searchRepositories } from "#lib/apps/search-repositories";

export const GET = route(
  { permission: "repository.search", input: searchRepositoriesInput, output: searchRepositoriesResult },
  ({ input }) => searchRepositories({ gitlab: connectedGitlab() }, input.q),
);
