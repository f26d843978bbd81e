import { type KubeObject } from "./meta.ts";

export type ServicePort = {
  name?: string;
  port: number;
  protocol: string;
  targetPort: number | string;
  nodePort?: number;
  appProtocol?: string;
};
type LoadBalancerStatus = { ingress?: { ip?: string; hostname?: string }[] };
export type Service = KubeObject & {
  spec: {
    type: string;
    clusterIP?: string;
    clusterIPs?: string[];
    ipFamilies?: string[];
    ipFamilyPolicy?: string;
    selector?: Record<string, string>;
    ports?: ServicePort[];
    publishNotReadyAddresses?: boolean;
    externalName?: string;
    externalIPs?: string[];
  };
  status: { loadBalancer?: LoadBalancerStatus };
};
export type Endpoint = {
  addresses: string[];
  conditions: { ready: boolean; serving: boolean; terminating: boolean };
  nodeName?: string;
  targetRef?: { kind: string; name: string; namespace: string; uid: string };
};
export type EndpointSlice = KubeObject & {
  addressType: string;
  endpoints: Endpoint[];
  ports: { name: string; port: number; protocol: string }[];
};
export type IngressBackend = { service?: { name: string; port: { number?: number; name?: string } } };
export type Ingress = KubeObject & {
  spec: {
    ingressClassName?: string;
    defaultBackend?: IngressBackend;
    tls?: { hosts?: string[]; secretName?: string }[];
    rules?: {
      host?: string;
      http?: {
        paths: { path?: string; pathType: "Prefix" | "Exact" | "ImplementationSpecific"; backend: IngressBackend }[];
      };
    }[];
  };
  status?: { loadBalancer?: LoadBalancerStatus };
};
