import { route } from "#lib/access/route";
import { checkDockerfile } from "#lib/apps/check-dockerfile";
import { connectedGitlab } from "#lib/apps/connected-gitlab";
import { proposeDockerfile } from "#lib/apps/propose-dockerfile";
import {
  checkDockerfileInput,
  dockerfileCheck,
  proposeDockerfileInput,
  proposeDockerfileResult,
  repositoryId,
} from "#lib/apps/schema";

export const GET = route(
  { permission: "repository.search", input: checkDockerfileInput.extend(repositoryId.shape), output: dockerfileCheck },
  ({ input }) => checkDockerfile({ gitlab: connectedGitlab() }, input.id, input),
);

export const POST = route(
  {
    permission: "repository.search",
    action: "repository.propose-dockerfile",
    input: proposeDockerfileInput.extend(repositoryId.shape),
    output: proposeDockerfileResult,
  },
  ({ input, audit }) => {
    audit({ kind: "repository", id: String(input.id) });
    return proposeDockerfile({ gitlab: connectedGitlab() }, input.id, input);
  },
);
