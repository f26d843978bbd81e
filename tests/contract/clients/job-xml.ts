/** A pipeline job with one stage, "Work", one declared parameter, and no two builds at once; `step` holds no XML characters but quotes. */
export const jobXml = (step: string): string => `<?xml version="1.1" encoding="UTF-8"?>
<flow-definition plugin="workflow-job">
  <keepDependencies>false</keepDependencies>
  <properties>
    <org.jenkinsci.plugins.workflow.job.properties.DisableConcurrentBuildsJobProperty/>
    <hudson.model.ParametersDefinitionProperty>
      <parameterDefinitions>
        <hudson.model.StringParameterDefinition>
          <name>KEPLER_BUILD_ID</name>
          <defaultValue></defaultValue>
        </hudson.model.StringParameterDefinition>
      </parameterDefinitions>
    </hudson.model.ParametersDefinitionProperty>
  </properties>
  <definition class="org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition" plugin="workflow-cps">
    <script>pipeline {
  agent any
  stages { stage('Work') { steps { ${step} } } }
}</script>
    <sandbox>true</sandbox>
  </definition>
</flow-definition>
`;
