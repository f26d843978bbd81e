import { generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export type Certificate = { key: string; cert: string };

/** The server's self-signed certificate, made once and kept beside its state. kubectl sends a token over TLS only. */
export function certificateIn(home: string, now: Date): Certificate {
  const [keyFile, certFile] = [join(home, "server.key"), join(home, "server.crt")];
  if (!existsSync(certFile)) {
    const validTo = new Date(now.getTime() + TEN_YEARS_MS);
    const made = selfSigned({
      commonName: "kepler sandbox kubernetes",
      dnsNames: ["localhost"],
      validFrom: now,
      validTo,
    });
    writeFileSync(keyFile, made.key, { mode: 0o600 });
    writeFileSync(certFile, made.cert);
  }
  return { key: readFileSync(keyFile, "utf8"), cert: readFileSync(certFile, "utf8") };
}

// X.509 (RFC 5280) in DER: each value is a tag, its length and its bytes.
function der(tag: number, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const size =
    body.length < 128
      ? [body.length]
      : body.length < 256
        ? [0x81, body.length]
        : [0x82, body.length >> 8, body.length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), body]);
}
const sequence = (...parts: Buffer[]): Buffer => der(0x30, ...parts);
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, "hex"));
const octets = (content: Buffer): Buffer => der(0x04, content);
const bitString = (content: Buffer): Buffer => der(0x03, Buffer.from([0]), content);
const utcTime = (time: Date): Buffer =>
  der(0x17, Buffer.from(`${time.toISOString().slice(2, 19).replace(/[-:T]/g, "")}Z`));

const ECDSA_SHA256 = sequence(oid("2a8648ce3d040302"));
const COMMON_NAME = oid("550403");
const SUBJECT_ALT_NAME = oid("551d11");
const BASIC_CONSTRAINTS = oid("551d13");
const TEN_YEARS_MS = 10 * 365 * 86_400_000;

export type SelfSigned = { commonName: string; dnsNames: readonly string[]; validFrom: Date; validTo: Date };

/** A new key and a certificate for it that it has signed itself, good for these names and for 127.0.0.1. */
export function selfSigned({ commonName, dnsNames, validFrom, validTo }: SelfSigned): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const name = sequence(der(0x31, sequence(COMMON_NAME, der(0x0c, Buffer.from(commonName)))));
  const serial = der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)]));
  const names = dnsNames.map((dnsName) => der(0x82, Buffer.from(dnsName)));
  const addresses = sequence(...names, der(0x87, Buffer.from([127, 0, 0, 1])));
  const isAuthority = sequence(der(0x01, Buffer.from([255])));
  const extensions = sequence(
    sequence(BASIC_CONSTRAINTS, der(0x01, Buffer.from([255])), octets(isAuthority)),
    sequence(SUBJECT_ALT_NAME, octets(addresses)),
  );
  const signed = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    serial,
    ECDSA_SHA256,
    name,
    sequence(utcTime(validFrom), utcTime(validTo)),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, extensions),
  );
  const whole = sequence(signed, ECDSA_SHA256, bitString(sign("sha256", signed, privateKey)));
  const base64 = whole.toString("base64").replace(/.{64}/g, "$&\n");
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${base64.trimEnd()}\n-----END CERTIFICATE-----\n`,
  };
}
