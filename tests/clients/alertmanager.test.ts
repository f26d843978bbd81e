import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { type AddressInfo } from "node:net";
import { join } from "node:path";
import pino from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { stringify } from "yaml";
import { startAlertmanager } from "#sandbox/alertmanager/main";
import { type Json, until } from "../contract/sandbox/kubernetes-ground.ts";
import { describeClient } from "./client.ts";
import { freePort } from "./free-port.ts";

/** What a webhook receiver was told, by the path it was told at. */
async function startReceiver() {
  const told: Record<string, Json[]> = { "/ours": [], "/theirs": [] };
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on("data", (piece: Buffer) => pieces.push(piece));
    request.on("end", () => {
      told[request.url ?? ""]?.push(JSON.parse(Buffer.concat(pieces).toString("utf8")) as Json);
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { told, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() };
}

const config = (url: string) =>
  stringify({
    route: { receiver: "kepler", group_by: ["alertname"], group_wait: "200ms", group_interval: "500ms" },
    receivers: [{ name: "kepler", webhook_configs: [{ url, max_alerts: 2 }] }],
  });

const REFUSED: [path: string, body: unknown][] = [
  ["alerts", [{ labels: {} }]],
  ["alerts", [{ labels: { "not a label": "x" } }]],
  ["alerts", {}],
  [
    "silences",
    {
      matchers: [],
      startsAt: "2030-01-01T00:00:00Z",
      endsAt: "2031-01-01T00:00:00Z",
      createdBy: "x",
      comment: "",
    },
  ],
  [
    "silences",
    {
      id: "9e4b3a30-0000-4000-8000-000000000000",
      matchers: [{ name: "a", value: "b", isRegex: false }],
      startsAt: "2030-01-01T00:00:00Z",
      endsAt: "2031-01-01T00:00:00Z",
      createdBy: "x",
      comment: "",
    },
  ],
];

// The server is Debian's by its own name, or everybody else's.
const SERVER = {
  name: "Alertmanager",
  variable: "CLIENT_ALERTMANAGER",
  programs: ["prometheus-alertmanager", "alertmanager"],
  probe: ["--version"],
};

/** A real Alertmanager and ours get the same alerts from the same client, and tell the same receiver. */
describeClient(SERVER, (server) => {
  describeClient(
    { name: "amtool", variable: "CLIENT_AMTOOL", programs: ["amtool"], probe: ["--version"] },
    (amtool) => {
      let receiver: Awaited<ReturnType<typeof startReceiver>>;
      let ours: Awaited<ReturnType<typeof startAlertmanager>>;
      let theirs: { url: string; process: ChildProcess };

      beforeAll(async () => {
        receiver = await startReceiver();
        const [home, other] = [join(amtool.folder(), "ours"), join(amtool.folder(), "theirs")];
        await mkdir(home);
        await mkdir(other);
        await writeFile(join(home, "alertmanager.yml"), config(`${receiver.url}/ours`));
        await writeFile(join(other, "alertmanager.yml"), config(`${receiver.url}/theirs`));
        ours = await startAlertmanager({ home, port: 0, logger: pino({ level: "silent" }) });
        theirs = await startReal(other, server.program);
      });
      afterAll(async () => {
        theirs.process.kill();
        await ours.stop();
        receiver.close();
      });

      const asked = (url: string, args: string[]) => amtool.ok([`--alertmanager.url=${url}`, ...args]);
      const both = async (args: string[]) => [await asked(ours.url, args), await asked(theirs.url, args)] as const;
      const bothTold = async (count: number) => {
        const enough = () =>
          Promise.resolve(Object.values(receiver.told).every((messages) => messages.length >= count));
        await until(enough);
        return [receiver.told["/ours"]?.[count - 1], receiver.told["/theirs"]?.[count - 1]] as const;
      };

      test("a group's message is the same, value by value, but for times", async () => {
        for (const instance of ["a", "b", "c"]) {
          await both([
            "alert",
            "add",
            "alertname=HighLatency",
            "severity=page",
            `instance=${instance}`,
            "--annotation=summary=slow",
          ]);
        }
        const [mine, real] = await bothTold(1);
        // Which of the three came in time for the first message is chance; what it looks like is not.
        expect(shapeOf(mine)).toEqual(shapeOf(real));
        const [myLast, realLast] = [await settled(receiver.told, "/ours"), await settled(receiver.told, "/theirs")];
        expect(timeless(myLast)).toEqual(timeless(realLast));
        expect(myLast.truncatedAlerts).toBe(1);
      });

      test("the alert's end is told once, as resolved", async () => {
        const past = new Date(Date.now() - 1_000).toISOString();
        await both(["alert", "add", "alertname=Gone", "--annotation=summary=x"]);
        await until(() => Promise.resolve(messagesOf(receiver.told, "Gone").every((list) => list.length === 1)));
        await both([
          "alert",
          "add",
          "alertname=Gone",
          "--annotation=summary=x",
          `--end=${past}`,
          `--start=${new Date(Date.now() - 60_000).toISOString()}`,
        ]);
        await until(() => Promise.resolve(messagesOf(receiver.told, "Gone").every((list) => list.length === 2)));
        const [mine, real] = messagesOf(receiver.told, "Gone").map((list) => list[1]);
        expect(mine?.status).toBe("resolved");
        expect(timeless(mine)).toEqual(timeless(real));
      });

      test("amtool queries alerts, adds, lists and expires silences", async () => {
        const [mine, real] = await both(["alert", "query", "-o", "json", 'alertname="HighLatency"']);
        const labels = (said: string) =>
          (JSON.parse(said) as Json[]).map((alert) => alert.labels.instance as string).sort();
        expect(labels(mine)).toEqual(labels(real));
        expect(labels(mine)).toEqual(["a", "b", "c"]);

        const added = await both([
          "silence",
          "add",
          "--author=ops",
          "--comment=known",
          "--duration=1h",
          "alertname=HighLatency",
          "instance=~a|b",
        ]);
        const [quiet, realQuiet] = await both([
          "alert",
          "query",
          "-o",
          "json",

          'alertname="HighLatency"',
        ]);
        expect(labels(quiet)).toEqual(labels(realQuiet));
        expect(labels(quiet)).toEqual(["c"]);
        for (const [url, id] of [
          [ours.url, added[0]],
          [theirs.url, added[1]],
        ] as const) {
          const listed = JSON.parse(await asked(url, ["silence", "query", "-o", "json"])) as Json[];
          expect(listed.map((silence) => silence.id as string)).toEqual([id.trim()]);
          await asked(url, ["silence", "expire", id.trim()]);
          expect(JSON.parse(await asked(url, ["silence", "query", "-o", "json"]))).toEqual([]);
        }
      });

      test("both refuse the same alerts and silences", async () => {
        const refused = async (url: string, path: string, body: unknown) =>
          (
            await fetch(`${url}/api/v2/${path}`, {
              method: "POST",
              headers: { "content-type": "application/json" },
              body: JSON.stringify(body),
            })
          ).status;
        for (const [path, body] of REFUSED) {
          const [mine, real] = [await refused(ours.url, path, body), await refused(theirs.url, path, body)];
          const isRefusal = (status: number) => status >= 400 && status < 500;
          expect([path, body, isRefusal(mine)]).toEqual([path, body, isRefusal(real)]);
          expect(isRefusal(mine)).toBe(true);
        }
      });
    },
  );
});

const messagesOf = (told: Record<string, Json[]>, name: string): Json[][] =>
  Object.values(told).map((messages) => messages.filter(({ groupLabels }) => groupLabels.alertname === name));

/** The first message of this receiver that speaks of all three. */
async function settled(told: Record<string, Json[]>, path: string): Promise<Json> {
  const whole = (message: Json) => message.alerts.length + Number(message.truncatedAlerts) === 3;
  return until(() => Promise.resolve(told[path]?.find(whole)));
}

/** Names and types, for any depth. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.length > 0 ? [shapeOf(value[0])] : [];
  if (value === null || typeof value !== "object") return typeof value;
  return Object.fromEntries(
    Object.entries(value)
      .sort()
      .map(([key, each]) => [key, shapeOf(each)]),
  );
}

/** Without what differs by nature: times, the address of the Alertmanager, and which two of three are kept. */
function timeless(message: Json | undefined): unknown {
  const { externalURL: _address, alerts, ...rest } = message ?? {};
  const told = (alerts as Json[]).map(({ startsAt: _start, endsAt, fingerprint, labels, ...alert }) => ({
    ...alert,
    ends: String(endsAt).startsWith("0001"),
    known: /^[0-9a-f]{16}$/.test(fingerprint as string),
    names: Object.keys(labels as object).sort(),
  }));
  return { ...rest, told };
}

async function startReal(folder: string, program: string) {
  const port = await freePort();
  const child = spawn(
    program,
    [
      "--config.file=alertmanager.yml",
      "--storage.path=data",
      `--web.listen-address=127.0.0.1:${port}`,
      "--cluster.listen-address=",
    ],
    { cwd: folder, stdio: "ignore" },
  );
  const url = `http://127.0.0.1:${port}`;
  const isReady = () =>
    fetch(`${url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  await until(isReady);
  return { url, process: child };
}
