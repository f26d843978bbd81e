import { type Fault } from "./fault.ts";
import { object, with1 } from "./fault-objects.ts";

/** The way from a visitor to the pods leads elsewhere. */
export const networkFaults: Fault[] = [
  {
    name: "a Service that names a port which no container has",
    objects: (ground) => [
      ...with1({ ports: [{ name: "http", containerPort: 8080 }] })(ground),
      object(ground, "v1", "Service", {
        selector: { "kepler.dev/app": ground.labels["kepler.dev/app"] },
        ports: [{ port: 80, targetPort: "web" }],
      }),
    ],
    rule: "port",
    sentence: /The Service t-\S+ sends port 80 on to web, and the pods' containers have http 8080/,
    evidence: /targetPort web/,
    action: { kind: "settings", section: "ports" },
  },
  {
    name: "a Service that selects nobody",
    objects: (ground) => [
      ...with1({})(ground),
      object(ground, "v1", "Service", { selector: { app: "somebody-else" }, ports: [{ port: 80 }] }),
    ],
    rule: "port",
    sentence: /finds none of the pods that are ready \(1\): its selector does not fit their labels/,
    evidence: /selector app=somebody-else/,
    action: { kind: "restart" },
  },
  {
    name: "a route to a port that the Service does not have",
    objects: (ground) => [
      ...with1({})(ground),
      object(ground, "v1", "Service", {
        selector: { "kepler.dev/app": ground.labels["kepler.dev/app"] },
        ports: [{ port: 80 }],
      }),
      object(ground, "networking.k8s.io/v1", "Ingress", {
        rules: [
          {
            host: `${ground.name}.example.com`,
            http: {
              paths: [
                { path: "/", pathType: "Prefix", backend: { service: { name: ground.name, port: { number: 81 } } } },
              ],
            },
          },
        ],
      }),
    ],
    rule: "route",
    sentence: /The route t-\S+ sends to port 81 of the Service t-\S+, which has no such port/,
    evidence: /:81/,
    action: { kind: "restart" },
  },
];
