import { route } from "#lib/access/route";
import { connectedGitlab } from "#lib/apps/connected-gitlab";
import { repositoryId, searchRefsInput, searchRefsResult } from "#lib/apps/schema";
import { searchRefs } from "#lib/apps/search-repositories";

export const GET = route(
  { permission: "repository.search", input: searchRefsInput.extend(repositoryId.shape), output: searchRefsResult },
  ({ input }) => searchRefs({ gitlab: connectedGitlab() }, input.id, input),
);
