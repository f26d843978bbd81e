// Loaded into every Node.js program of a pod: a server that asks for all addresses gets the pod's own, so that two
// pods may both serve port 8080 and nothing listens beyond this machine; and a call into the cluster leaves from that
// address, so that whoever is called (a sidecar's counters, a log) sees which pod it was.
const net = require("node:net");

const podIp = process.env.KEPLER_POD_IP;
const EVERYWHERE = [undefined, null, "", "0.0.0.0", "::", "::0", "localhost"];
const listen = net.Server.prototype.listen;

net.Server.prototype.listen = function (...args) {
  const [first, second] = args;
  if (podIp === undefined || (typeof first === "object" && first !== null && ("path" in first || "fd" in first || "_handle" in first)))
    return listen.apply(this, args);
  if (typeof first === "object" && first !== null) {
    const host = EVERYWHERE.includes(first.host) ? podIp : first.host;
    return listen.call(this, { ...first, host, ipv6Only: false }, ...args.slice(1));
  }
  const isPort = typeof first === "number" || (typeof first === "string" && /^\d+$/.test(first));
  if (!isPort) return listen.apply(this, args);
  const rest = typeof second === "string" || second === undefined || second === null ? args.slice(2) : args.slice(1);
  const host = typeof second === "string" && !EVERYWHERE.includes(second) ? second : podIp;
  return listen.call(this, Number(first), host, ...rest);
};

const connect = net.Socket.prototype.connect;

net.Socket.prototype.connect = function (...args) {
  // Callers inside Node.js have put their arguments into one array already.
  const options = Array.isArray(args[0]) ? args[0][0] : args[0];
  const leavesUnnamed = typeof options === "object" && options !== null && options.localAddress == null;
  if (podIp !== undefined && leavesUnnamed && /^127\./.test(options.host ?? "")) options.localAddress = podIp;
  return connect.apply(this, args);
};
