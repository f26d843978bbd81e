import { type Credential } from "../model.ts";
import { noSuchMethod, textOf } from "./evaluate.ts";
import { type RunGround, type Scope, StepFailure } from "./run-state.ts";
import { type Assignment, type Call } from "./syntax-tree.ts";

/** Variables of `withCredentials([usernamePassword(…)])`; the passwords are masked from here on. */
export function bindCredentials(step: Call, scope: Scope, ground: RunGround): Record<string, string> {
  const [list] = step.positional;
  const bindings = list?.kind === "list" ? list.items : step.positional;
  const bound: Record<string, string> = {};
  for (const binding of bindings) {
    if (binding.kind !== "call" || binding.call.name !== "usernamePassword") {
      throw new StepFailure(noSuchMethod(binding.kind === "call" ? binding.call.name : "withCredentials"));
    }
    const { named } = binding.call;
    const argument = (name: string) => textOf(named.get(name), scope, ground);
    const credential = find(argument("credentialsId"), ground);
    bound[argument("usernameVariable")] = credential.username;
    bound[argument("passwordVariable")] = credential.password;
    ground.log.line(`Masking supported pattern matches of $${argument("passwordVariable")}`);
  }
  return bound;
}

/** `environment { NAME = 'value' }`, where `credentials('id')` sets NAME, NAME_USR and NAME_PSW. */
export function bindEnvironment(assignments: Assignment[], scope: Scope, ground: RunGround): Scope {
  return assignments.reduce((at, { name, value }) => {
    if (value.kind !== "call") return { ...at, env: { ...at.env, [name]: textOf(value, at, ground) } };
    if (value.call.name !== "credentials") throw new StepFailure(noSuchMethod(value.call.name));
    const { username, password } = find(textOf(value.call.positional[0], at, ground), ground);
    const own = { [name]: `${username}:${password}`, [`${name}_USR`]: username, [`${name}_PSW`]: password };
    return { ...at, env: { ...at.env, ...own } };
  }, scope);
}

function find(id: string, ground: RunGround): Credential {
  const credential = ground.credential(id);
  if (credential === undefined) throw new StepFailure(`Could not find credentials entry with ID '${id}'`);
  ground.log.hide(credential.password);
  return credential;
}
