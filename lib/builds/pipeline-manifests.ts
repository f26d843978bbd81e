import { type Language } from "#lib/apps/schema";
import { LABEL_BUILD, LABEL_REVISION, LABEL_SOURCE } from "./build-rules.ts";

/** What a Jenkins job is made from. Credentials are named, never contained. */
export type Pipeline = {
  appId: string;
  app: string;
  repositoryUrl: string;
  dockerfilePath: string;
  language: Language;
  buildStrategy: "dockerfile" | "language";
  /** Ids in Jenkins' credential store (usernamePassword); null = the agent needs none. */
  gitCredential: string | null;
  registryCredential: string | null;
  /** "host[:port]" that `docker login` is for. */
  registryHost: string;
};

/** Undeclared parameters are dropped by Jenkins without a word, so the job declares these and the trigger sends these. */
export const PARAMETERS = ["KEPLER_BUILD_ID", "KEPLER_COMMIT", "KEPLER_IMAGE", "KEPLER_CALLBACK_URL"] as const;
export const CALLBACK_TOKEN_PARAMETER = "KEPLER_CALLBACK_TOKEN";

/** Job configuration XML of a declarative pipeline, as Jenkins' createItem takes it. */
export function jobConfig(pipeline: Pipeline): string {
  return `<?xml version='1.1' encoding='UTF-8'?>
<flow-definition plugin="workflow-job">
  <description>${xml(ownershipMark(pipeline.appId, pipeline.app))}</description>
  <keepDependencies>false</keepDependencies>
  <properties>
    <jenkins.model.BuildDiscarderProperty>
      <strategy class="hudson.tasks.LogRotator">
        <daysToKeep>-1</daysToKeep>
        <numToKeep>200</numToKeep>
        <artifactDaysToKeep>-1</artifactDaysToKeep>
        <artifactNumToKeep>-1</artifactNumToKeep>
      </strategy>
    </jenkins.model.BuildDiscarderProperty>
    <hudson.model.ParametersDefinitionProperty>
      <parameterDefinitions>
${[...PARAMETERS.map(stringParameter), passwordParameter(CALLBACK_TOKEN_PARAMETER)].join("\n")}
      </parameterDefinitions>
    </hudson.model.ParametersDefinitionProperty>
  </properties>
  <definition class="org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition" plugin="workflow-cps">
    <script>${xml(pipelineScript(pipeline))}</script>
    <sandbox>true</sandbox>
  </definition>
  <triggers/>
  <disabled>false</disabled>
</flow-definition>
`;
}

/** Says in the job itself whose it is; what lacks it was made by someone else and is left alone. */
const ownershipMark = (appId: string, app: string): string =>
  `Made by Kepler for the service ${app} (${appId}). Changes made here are overwritten.`;

export const isOurJob = (configXml: string, appId: string): boolean =>
  elementTexts(configXml, "description").some((text) => text.startsWith("Made by Kepler ") && text.includes(appId));

/** Jenkins rewrites the XML that it is given, so only what matters is compared: script, parameters, description. */
export function jobDiffers(wantedXml: string, seenXml: string): boolean {
  const essence = (configXml: string) =>
    JSON.stringify(["description", "script", "name"].map((tag) => elementTexts(configXml, tag)));
  return essence(wantedXml) !== essence(seenXml);
}

/**
 * A declarative pipeline (https://www.jenkins.io/doc/book/pipeline/syntax/). The shell scripts are constant:
 * what varies reaches them as environment variables, so no name or path can become code.
 */
function pipelineScript(pipeline: Pipeline): string {
  const environment = {
    KEPLER_REPOSITORY: pipeline.repositoryUrl,
    KEPLER_DOCKERFILE: pipeline.dockerfilePath,
    KEPLER_REGISTRY: pipeline.registryHost,
  };
  const compile = pipeline.buildStrategy === "language" ? COMPILE[pipeline.language] : null;
  const stages = [
    stage("Checkout", withCredential(pipeline.gitCredential, "GIT", CHECKOUT)),
    ...(compile ? [stage("Compile", step(compile))] : []),
    stage("Image", step(BUILD_IMAGE)),
    stage(
      "Push",
      withCredential(pipeline.registryCredential, "REGISTRY", pipeline.registryCredential ? LOGIN_AND_PUSH : PUSH),
    ),
  ];
  return `pipeline {
  agent any
  environment {
${Object.entries(environment)
  .map(([name, value]) => `    ${name} = ${groovy(value)}`)
  .join("\n")}
  }
  stages {
${stages.join("\n")}
  }
  post {
    always {
${step(CALL_BACK)}
    }
  }
}
`;
}

const stage = (name: string, steps: string): string => `    stage(${groovy(name)}) {
      steps {
${steps}
      }
    }`;

const step = (script: string): string => `        sh '''${groovyBody(script)}'''`;

/** Binds the credential to <PREFIX>_USERNAME and <PREFIX>_PASSWORD for this script only; Jenkins masks both. */
const withCredential = (id: string | null, prefix: string, script: string): string =>
  id === null
    ? step(script)
    : `        withCredentials([usernamePassword(credentialsId: ${groovy(id)}, usernameVariable: '${prefix}_USERNAME', passwordVariable: '${prefix}_PASSWORD')]) {
${step(script)}
        }`;

/** Exactly the commit that was asked for, whatever its branch has become. Servers that serve no bare sha give all refs. */
const CHECKOUT = `
git init -q .
set -- -c credential.helper= -c 'credential.helper=!f() { echo "username=$GIT_USERNAME"; echo "password=$GIT_PASSWORD"; }; f'
git "$@" fetch -q --no-tags --depth 1 "$KEPLER_REPOSITORY" "$KEPLER_COMMIT" || git "$@" fetch -q --tags "$KEPLER_REPOSITORY" '+refs/heads/*:refs/remotes/origin/*'
git checkout -q --force --detach "$KEPLER_COMMIT"
git clean -ffdxq
git log -1 --oneline
`;

const BUILD_IMAGE = `
docker build --progress plain --pull -f "$KEPLER_DOCKERFILE" --label "${LABEL_REVISION}=$KEPLER_COMMIT" --label "${LABEL_SOURCE}=$KEPLER_REPOSITORY" --label "${LABEL_BUILD}=$KEPLER_BUILD_ID" -t "$KEPLER_IMAGE" .
`;

const PUSH = `
docker push "$KEPLER_IMAGE"
`;
const LOGIN_AND_PUSH = `
set +x
echo "$REGISTRY_PASSWORD" | docker login --username "$REGISTRY_USERNAME" --password-stdin "$KEPLER_REGISTRY"
set -x
docker push "$KEPLER_IMAGE"
`;

/** The token goes through a pipe, so that neither the trace nor the process list shows it. Kepler also asks by itself. */
const CALL_BACK = `
set +x
printf 'header = "Authorization: Bearer %s"' "$KEPLER_CALLBACK_TOKEN" | curl --config - -sS -o /dev/null --max-time 10 -H 'Content-Type: application/json' -d '{"buildId":"'"$KEPLER_BUILD_ID"'"}' "$KEPLER_CALLBACK_URL" || true
`;

/** The language's own build, before the Dockerfile copies what it made. */
const COMPILE: Record<Language, string | null> = {
  go: "\nmkdir -p bin\nCGO_ENABLED=0 go build -trimpath -o bin/ ./...\n",
  java: "\nmvn -B -DskipTests package\n",
  nodejs: "\nnpm ci\nnpm run build --if-present\n",
  python: "\npython3 -m compileall -q .\n",
  static: null,
  other: null,
};

const stringParameter = (name: string): string => `        <hudson.model.StringParameterDefinition>
          <name>${name}</name>
          <trim>true</trim>
        </hudson.model.StringParameterDefinition>`;
const passwordParameter = (name: string): string => `        <hudson.model.PasswordParameterDefinition>
          <name>${name}</name>
          <defaultValue></defaultValue>
        </hudson.model.PasswordParameterDefinition>`;

/** Single-quoted Groovy does not interpolate; backslash and quote are all there is to escape. */
const groovyBody = (text: string): string => text.replaceAll("\\", "\\\\").replaceAll("'", "\\'");
const groovy = (text: string): string => `'${groovyBody(text).replaceAll("\n", "\\n").replaceAll("\r", "\\r")}'`;

const XML_ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;" } as const;
const xml = (text: string): string =>
  Object.entries(XML_ENTITIES).reduce((escaped, [char, entity]) => escaped.replaceAll(char, entity), text);
const unXml = (text: string): string =>
  Object.entries(XML_ENTITIES)
    .reverse()
    .reduce((plain, [char, entity]) => plain.replaceAll(entity, char), text.replaceAll("&#xd;", ""));

/** Texts of all elements with this tag and no children; enough for the flat parts of a job's configuration. */
const elementTexts = (document: string, tag: string): string[] =>
  [...document.matchAll(new RegExp(`<${tag}>([^<]*)</${tag}>`, "g"))].map((match) => unXml(match[1] ?? "").trim());
