import { spawn } from "node:child_process";
import { spawn as spawnInTerminal } from "@lydell/node-pty";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Ground, SERVER, startGround, until } from "#tests/contract/sandbox/kubernetes-ground";
import { type Client, type ClientSpec, describeClient, type Ran, type RunOptions } from "./client.ts";
import { EVERY_KIND, manifestOf } from "./kubectl-manifests.ts";

/** A stock kubectl of two minors: the newer as `kubectl`, an older one (Debian 12 has 1.20) under a name of its own. */
const VERSIONS: ClientSpec[] = [
  { name: "kubectl", variable: "CLIENT_KUBECTL", programs: ["kubectl"], probe: ["version", "--client"] },
  { name: "an old kubectl", variable: "CLIENT_KUBECTL_OLD", programs: ["kubectl-old"], probe: ["version", "--client"] },
];

/** A kubectl with the administrator's kubeconfig and an image of a server that greets. */
type Kubectl = {
  client: Client;
  kubeconfig(): string;
  image(): string;
  minor(): number;
  options(more?: RunOptions): RunOptions;
  /** What a line prints; one that fails fails the test. */
  kubectl(line: string, more?: RunOptions): Promise<string>;
  tried(line: string, more?: RunOptions): Promise<Ran>;
  applied(objects: object, flags?: string): Promise<string>;
};

for (const spec of VERSIONS)
  describeClient(spec, (client) => {
    let ground: Ground;
    let image = "";
    let minor = 0;
    const options = (more: RunOptions = {}): RunOptions => ({
      ...more,
      env: { KUBECONFIG: ground.cluster.kubeconfig, ...more.env },
    });
    const kubectl = (line: string, more?: RunOptions) => client.ok(words(line), options(more));
    const tried = (line: string, more?: RunOptions) => client.run(words(line), options(more));
    const applied = (objects: object, flags = "") => kubectl(`apply ${flags} -f -`, { input: JSON.stringify(objects) });

    beforeAll(async () => {
      ground = await startGround();
      const config = { Cmd: ["node", "/app/server.js"], WorkingDir: "/app", ExposedPorts: { "8080/tcp": {} } };
      image = await ground.pushImage("web", { "app/server.js": SERVER }, config);
      const version: { clientVersion: { minor: string } } = JSON.parse(await kubectl("version --client -o json"));
      minor = Number.parseInt(version.clientVersion.minor, 10);
      await applied(manifestOf("web", image));
      await kubectl("rollout status deployment/web --timeout=60s");
    });
    afterAll(() => ground.stop());

    const k: Kubectl = {
      client,
      kubeconfig: () => ground.cluster.kubeconfig,
      image: () => image,
      minor: () => minor,
      options,
      kubectl,
      tried,
      applied,
    };
    objects(k);
    workloads(k);
    commands(k);
  });

function objects(k: Kubectl): void {
  it("shows objects in every form", async () => {
    expect(await k.kubectl("get pods -l app=web -o wide")).toMatch(/NAME +READY +STATUS +RESTARTS +AGE +IP +NODE/);
    expect(await k.kubectl("get deployment web")).toMatch(/web +1\/1 +1 +1 +\d+s/);
    expect(JSON.parse(await k.kubectl("get deployment web -o json"))).toMatchObject({ kind: "Deployment" });
    expect(await k.kubectl("get deployment web -o yaml")).toContain("progressDeadlineSeconds: 600");
    expect(await k.kubectl("get deployment web -o jsonpath={.spec.replicas}")).toBe("1");
    expect(await k.kubectl("get all --chunk-size=1 --show-labels")).toContain("replicaset.apps/web-");
  });

  it("watches", async () => {
    const watched = spawn(k.client.program, words("get configmaps -w --no-headers"), {
      env: { ...process.env, KUBECONFIG: k.kubeconfig(), HOME: k.client.folder() },
    });
    let printed = "";
    watched.stdout.setEncoding("utf8").on("data", (text: string) => (printed += text));
    await k.kubectl("create configmap seen --from-literal=a=1");
    await until(() => Promise.resolve(/^seen +1 /m.test(printed)));
    watched.kill();
  });

  it("applies on its side, tells what would change, and applies on the server's", async () => {
    const settings = (a: string) => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c" }, data: { a } });
    expect(await k.applied(settings("1"))).toBe("configmap/c created\n");
    expect(await k.applied(settings("1"))).toBe("configmap/c unchanged\n");
    const difference = await k.tried("diff -f -", { input: JSON.stringify(settings("2")) });
    expect(difference.code).toBe(1);
    expect(difference.stdout).toMatch(/^-.*a: "1"\n\+.*a: "2"$/m);
    expect(await k.applied(settings("2"))).toBe("configmap/c configured\n");

    const contested = await k.tried("apply --server-side -f -", { input: JSON.stringify(settings("3")) });
    expect(contested.stderr).toContain('conflict with "kubectl-client-side-apply" using v1: .data.a');
    expect(await k.applied(settings("3"), "--server-side --force-conflicts")).toBe("configmap/c serverside-applied\n");
    expect(await k.applied(settings("4"), "--server-side --dry-run=server")).toContain("(server dry run)");
    expect(await k.kubectl("get configmap c -o jsonpath={.data.a}")).toBe("3");
  });

  it("applies every kind twice without a change, and describes and deletes them", async () => {
    const list = { apiVersion: "v1", kind: "List", items: EVERY_KIND };
    await k.applied(list);
    const again = await k.applied(list);
    // A LimitRange's list is replaced as a whole, and the server has added to it.
    expect(again.split("\n").filter((line) => !/ unchanged$|^limitrange|^$/.test(line))).toEqual([]);
    const names = EVERY_KIND.map(({ kind, metadata }) => `${kind}/${metadata.name}`).join(" ");
    expect((await k.kubectl(`describe ${names}`)).match(/^Name:/gm)?.length).toBeGreaterThanOrEqual(EVERY_KIND.length);
    await k.kubectl("delete --wait=false -f -", { input: JSON.stringify(list) });
  });

  it("patches in three ways, labels, annotates, and changes an image", async () => {
    await k.kubectl(
      `patch deployment web -p {"spec":{"template":{"spec":{"containers":[{"name":"app","env":[{"name":"A","value":"1"}]}]}}}}`,
    );
    expect(await k.kubectl("get deployment web -o jsonpath={.spec.template.spec.containers[0].env[*].name}")).toContain(
      "A",
    );
    await k.kubectl(`patch deployment web --type=merge -p {"metadata":{"labels":{"tier":"front"}}}`);
    await k.kubectl(
      `patch deployment web --type=json -p [{"op":"replace","path":"/metadata/labels/tier","value":"back"}]`,
    );
    await k.kubectl("label deployment web owner=us");
    await k.kubectl("annotate deployment web note=seen");
    expect(await k.kubectl("get deployments -l tier=back,owner=us -o name")).toBe("deployment.apps/web\n");
    expect((await k.tried("label deployment web owner=them")).stderr).toContain("--overwrite is false");
    await k.kubectl(`set image deployment/web app=${k.image()}`);
  });
}

function workloads(k: Kubectl): void {
  it("rolls out, back, and holds on", async () => {
    await k.kubectl("rollout restart deployment/web");
    expect(await k.kubectl("rollout status deployment/web --timeout=60s")).toContain("successfully rolled out");
    expect((await k.kubectl("rollout history deployment/web")).match(/^\d+ /gm)?.length).toBeGreaterThan(1);
    await k.kubectl("rollout pause deployment/web");
    expect((await k.tried("rollout undo deployment/web")).stderr).toContain("paused");
    await k.kubectl("rollout resume deployment/web");
    expect(await k.kubectl("rollout undo deployment/web")).toContain("rolled back");
    await k.kubectl("rollout status deployment/web --timeout=60s");
  });

  it("scales, and lets the cluster scale", async () => {
    await k.kubectl("scale deployment/web --replicas=2");
    await k.kubectl("rollout status deployment/web --timeout=60s");
    expect((await k.tried("scale deployment/web --current-replicas=7 --replicas=1")).code).toBe(1);
    await k.kubectl("autoscale deployment web --min=1 --max=3 --cpu-percent=80");
    expect(await k.kubectl("get hpa web")).toMatch(/Deployment\/web +cpu: .*\/80% +1 +3/);
    await k.kubectl("delete hpa web");
  });

  it("prints logs, follows them, and those of the run before", async () => {
    expect(await k.kubectl("logs deployment/web")).toContain("listening");
    const crash = { ...manifestOf("crash", k.image()), kind: "Pod", apiVersion: "v1" };
    const container = {
      name: "app",
      image: k.image(),
      command: ["node", "-e", "console.log('last words'); process.exit(3)"],
    };
    await k.applied({ ...crash, spec: { containers: [container] } });
    await until(async () => (await k.tried("logs crash -p")).stdout.includes("last words"));
    expect(
      await k.kubectl("get pod crash -o jsonpath={.status.containerStatuses[0].lastState.terminated.exitCode}"),
    ).toBe("3");
    const once = {
      name: "app",
      image: k.image(),
      command: ["node", "-e", "setTimeout(() => console.log('done'), 300)"],
    };
    await k.applied({ ...crash, metadata: { name: "once" }, spec: { restartPolicy: "Never", containers: [once] } });
    await k.kubectl("wait --for=condition=Ready pod/once --timeout=20s");
    expect(await k.kubectl("logs -f once")).toContain("done");
    await k.kubectl("delete pod crash once --now");
  });

  it("opens a terminal in a container", async () => {
    const [pod = ""] = (await k.kubectl("get pods -l app=web -o name")).split("\n");
    const found = await k.tried(`exec -i ${pod} -- node -p process.env.GREETING`);
    expect(found).toMatchObject({ code: 0, stdout: "hello\n" });
    expect((await k.tried(`exec ${pod} -- node -e process.exit(7)`)).code).toBe(7);
    const terminal = spawnInTerminal(k.client.program, words(`exec -it ${pod} -- node -p process.stdout.columns`), {
      cols: 91,
      rows: 30,
      env: { ...process.env, KUBECONFIG: k.kubeconfig(), HOME: k.client.folder() },
    });
    let printed = "";
    terminal.onData((text) => (printed += text));
    await until(() => Promise.resolve(printed.includes("91")));
  });
}

function commands(k: Kubectl): void {
  it("tells what is used, what happened and what may be", async () => {
    await until(async () => / +\d+m +\d+Mi/.test((await k.tried("top pods -l app=web --no-headers")).stdout));
    expect(await k.kubectl("top nodes")).toMatch(/CPU\(cores\)/);
    expect(await k.kubectl("get events --field-selector involvedObject.kind=Pod")).toContain("Started");
    if (k.minor() >= 26) expect(await k.kubectl("events --for deployment/web")).toContain("ScalingReplicaSet");
    expect(await k.kubectl("explain deployment.spec.strategy.rollingUpdate")).toContain("maxSurge");
    expect(await k.kubectl("explain virtualservice.spec.http.route")).toContain("destination");
    expect(await k.kubectl("api-resources --api-group=networking.istio.io")).toContain("virtualservices");
  });

  describe("with fewer rights", () => {
    it("is told by whom and what it may not", async () => {
      expect(await k.kubectl("auth can-i delete pods")).toBe("yes\n");
      expect((await k.tried("--context sandbox-readonly auth can-i delete pods")).stdout).toBe("no\n");
      expect(await k.kubectl("--context sandbox-readonly get pods -A")).toContain("web-");
      expect((await k.tried("--context sandbox-readonly delete configmap seen")).stderr).toContain(
        'configmaps "seen" is forbidden: User "sandbox-readonly" cannot delete resource "configmaps" in API group "" in the namespace "default"',
      );
      expect(await k.kubectl("--context sandbox-namespaced create configmap own")).toBe("configmap/own created\n");
      expect((await k.tried("--context sandbox-namespaced get pods -A")).stderr).toContain("at the cluster scope");
    });
  });

  it("creates by command", async (context) => {
    await k.kubectl("create namespace made");
    for (const line of [
      `deployment own --image=${k.image()}`,
      "configmap own --from-literal=a=1",
      "secret generic own --from-literal=a=1",
      "secret docker-registry pull --docker-server=r.example.org --docker-username=u --docker-password=p",
      "quota own --hard=pods=10,services=2",
      "serviceaccount own",
      "role own --verb=get,list --resource=pods",
      "rolebinding own --role=own --serviceaccount=made:own",
      "ingress own --rule=own.example.org/=own:80",
      "service clusterip own --tcp=80:8080",
      `job once --image=${k.image()} -- node -e 0`,
    ])
      await k.kubectl(`-n made create ${line}`);
    expect(await k.kubectl("-n made get quota own -o jsonpath={.status.used.services}")).toBe("1");
    expect((await k.tried("-n made create service clusterip second --tcp=80")).code).toBe(0);
    expect((await k.tried("-n made create service clusterip third --tcp=80")).stderr).toContain(
      "exceeded quota: own, requested: services=1, used: services=2, limited: services=2",
    );
    await k.kubectl("-n made wait --for=condition=complete job/once --timeout=30s");
    context.skip(k.minor() < 21, "before 1.21 kubectl knows no batch/v1 CronJob, as it does not of a real server");
    await k.client.ok(
      [
        ..."-n made create cronjob nightly --schedule".split(" "),
        "0 3 * * *",
        `--image=${k.image()}`,
        "--",
        "node",
        "-e",
        "0",
      ],
      k.options(),
    );
    await k.kubectl("-n made create job now --from=cronjob/nightly");
    await k.kubectl("-n made wait --for=condition=complete job/now --timeout=30s");
    await k.kubectl("-n made create pdb own --min-available=1 --selector=app=own");
  });

  it("deletes, and waits until it is gone", async () => {
    await k.kubectl("delete deployment web --timeout=30s");
    await k.kubectl("wait --for=delete pods -l app=web --timeout=30s").catch(acceptNone);
    expect(await k.kubectl("get pods -l app=web -o name")).toBe("");
    expect((await k.tried("get deployment web")).stderr).toBe(
      'Error from server (NotFound): deployments.apps "web" not found\n',
    );
  });
}

/** Arguments as a shell splits them; no argument here has a space in it. */
const words = (line: string): string[] => line.split(/ +/).filter((word) => word !== "");

/** Waiting for what has gone already is an error to kubectl. */
function acceptNone(error: unknown): void {
  if (!String(error).includes("no matching resources")) throw error;
}
