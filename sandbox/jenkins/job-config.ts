import { child, childText, parseXml, type XmlElement, XmlError } from "./xml.ts";

export type ParameterDefinition = {
  name: string;
  isSecret: boolean;
  default: string;
  className: string;
  choices: string[];
};

/** What a `config.xml` asks for. */
export type JobConfig =
  | { kind: "folder"; description: string }
  | {
      kind: "pipeline";
      description: string;
      disabled: boolean;
      script: string;
      parameters: ParameterDefinition[];
      /** False with "Do not allow concurrent builds". */
      concurrent: boolean;
      /** How many finished builds are kept; undefined keeps all. */
      buildsToKeep: number | undefined;
    };

const FOLDER = "com.cloudbees.hudson.plugins.folder.Folder";
const PIPELINE_DEFINITION = "org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition";

/** Reads a pipeline job or a folder; throws {@link XmlError} for anything else. */
export function parseJobConfig(xml: string): JobConfig {
  const root = parseXml(xml);
  const description = childText(root, "description");
  if (root.name === FOLDER) return { kind: "folder", description };
  if (root.name !== "flow-definition")
    throw new XmlError(`the sandbox knows flow-definition and folders, not ${root.name}`);
  const definition = child(root, "definition");
  if (definition?.attributes["class"] !== PIPELINE_DEFINITION)
    throw new XmlError(`the sandbox's definition is ${PIPELINE_DEFINITION}`);
  const properties = child(root, "properties");
  const keep = Number(childText(properties, "jenkins.model.BuildDiscarderProperty", "strategy", "numToKeep"));
  return {
    kind: "pipeline",
    description,
    disabled: childText(root, "disabled") === "true",
    script: childText(definition, "script"),
    parameters: (
      child(properties, "hudson.model.ParametersDefinitionProperty", "parameterDefinitions")?.children ?? []
    ).map(readParameter),
    concurrent:
      child(properties, "org.jenkinsci.plugins.workflow.job.properties.DisableConcurrentBuildsJobProperty") ===
      undefined,
    buildsToKeep: keep > 0 ? keep : undefined,
  };
}

function readParameter(element: XmlElement): ParameterDefinition {
  const className = element.name.split(".").at(-1) ?? "";
  const choices =
    child(element, "choices")?.children.flatMap((list) => (list.name === "string" ? [list] : list.children)) ?? [];
  const texts = choices.map((choice) => choice.text);
  const fallback = texts[0] ?? (className === "BooleanParameterDefinition" ? "false" : "");
  return {
    name: childText(element, "name"),
    isSecret: className === "PasswordParameterDefinition",
    default: childText(element, "defaultValue") || fallback,
    className,
    choices: texts,
  };
}
