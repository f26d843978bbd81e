// Stands in for a server that this machine cannot run: serves the image's static files, or a greeting, on its ports.
const fs = require("node:fs");
const http = require("node:http");
const path = require("node:path");

const { ports, rootfs, image, why } = JSON.parse(process.argv[2]);
const SITES = ["usr/share/nginx/html", "usr/local/apache2/htdocs", "var/www/html", "srv", "app/public", "app/dist", "app/static"];
const TYPES = { ".html": "text/html; charset=utf-8", ".css": "text/css", ".js": "text/javascript", ".json": "application/json", ".svg": "image/svg+xml", ".png": "image/png", ".txt": "text/plain; charset=utf-8" };
const site = SITES.map((folder) => path.join(rootfs, folder)).find((folder) => fs.existsSync(folder) && fs.readdirSync(folder).length > 0);

console.log(`This is a stand-in for ${image}: ${why}. It answers on ${ports.length > 0 ? ports.join(", ") : "no port"}.`);

function versionOf() {
  const file = ["VERSION", "app/VERSION", "usr/share/nginx/html/version.txt"].map((name) => path.join(rootfs, name)).find(fs.existsSync);
  return file === undefined ? undefined : fs.readFileSync(file, "utf8").trim();
}

function fileFor(url) {
  if (site === undefined) return undefined;
  const wanted = path.join(site, path.posix.normalize(decodeURIComponent(new URL(url, "http://pod").pathname)));
  const file = fs.existsSync(wanted) && fs.statSync(wanted).isDirectory() ? path.join(wanted, "index.html") : wanted;
  return file.startsWith(site) && fs.existsSync(file) ? file : undefined;
}

const server = (request, response) => {
  const file = fileFor(request.url);
  console.log(`${request.method} ${request.url}`);
  if (file !== undefined) {
    response.writeHead(200, { "content-type": TYPES[path.extname(file)] ?? "application/octet-stream" });
    fs.createReadStream(file).pipe(response);
    return;
  }
  response.writeHead(200, { "content-type": "application/json" });
  response.end(`${JSON.stringify({ message: "Hello from a stand-in", image, version: versionOf() })}\n`);
};

for (const port of ports) http.createServer(server).listen(port);
if (ports.length === 0) setInterval(() => undefined, 1 << 30);
process.on("SIGTERM", () => process.exit(0));
