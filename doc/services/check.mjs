#!/usr/bin/node
// SPDX-License-Identifier: BSD-2-Clause
//
// Usage: check.mjs signature CA CRL SIGNATURE CONTENT
//        check.mjs login CA CRL CERTIFICATE
//
// What verify-signature.py checks, in JavaScript, with OpenSSL's command line: a CMS signature (DER) made
// with the signing key of a My Number card; or the certificate of the log-in key (PEM), as a web server hands
// it on (whether the key is there too, the server has checked). CA and CRL: the certificates and revocation
// lists of all generations of that authority (PEM).
//
// Prints JSON. Status 0: good. 1: not good, "reason" says why. 3: could not be checked here.
import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

// What OpenSSL says, and what we make of it. What begins with "!" is our own fault.
const reasons = [
	["unable to get certificate CRL", "!no revocation list"], ["CRL has expired", "!CRL has expired"],
	["CRL is not yet valid", "!CRL is not yet valid"], ["CRL signature failure", "!CRL signature failure"],
	["certificate revoked", "revoked"], ["certificate has expired", "expired"],
	["certificate is not yet valid", "expired"], ["unable to get local issuer", "other authority"],
	["unable to verify the first", "other authority"], ["self-signed certificate", "other authority"],
	["certificate signature failure", "other authority"],
	["unsuitable certificate purpose", "not a signing certificate"],
	["verification failure", "changed"], ["content verify error", "changed"],
];

const folder = mkdtempSync(join(tmpdir(), "check-"));

// Nothing of what was sent is a name or an option here: the names are ours.
function put(name, ...parts) {
	writeFileSync(join(folder, name), Buffer.concat(parts));
	return join(folder, name);
}

function openssl(...options) {
	try {
		return execFileSync("openssl", options, {
			stdio: ["ignore", "pipe", "pipe"], timeout: 60000,
			env: { PATH: process.env.PATH, LC_ALL: "C", OPENSSL_CONF: "/dev/null" },
		}).toString();
	} catch (error) {
		const words = String(error.stderr);
		throw new Error((reasons.find(([text]) => words.includes(text)) ?? [, "not a signature"])[1]);
	}
}

const only = ["-no-CApath", "-no-CAstore"]; // not what the system trusts

// The certificate's own chain and revocation, by our lists: "cms" would take older ones from the signature.
function certificate(trust, file, usage, otherwise) {
	openssl("verify", "-CAfile", trust, ...only, "-crl_check", file);
	const says = openssl("x509", "-in", file, "-noout", "-ext", "keyUsage");
	if (says.includes("Non Repudiation") !== usage) throw new Error(otherwise);
	const found = new X509Certificate(readFileSync(file));
	const key = openssl("x509", "-in", file, "-noout", "-ext", "authorityKeyIdentifier");
	return {
		valid: true, serial: found.serialNumber, valid_to: found.validTo,
		issuer_key: key.match(/(?:[0-9A-F]{2}:){19}[0-9A-F]{2}/)[0].replaceAll(":", ""),
	};
}

function signature(trust, signed, content) {
	const signer = join(folder, "signer");
	openssl("cms", "-verify", "-binary", "-inform", "DER", "-in", put("signature", signed), "-content",
		put("content", content), "-CAfile", trust, ...only, "-signer", signer, "-out", "/dev/null");
	if (readFileSync(signer, "latin1").split("-BEGIN CERTIFICATE-").length !== 2)
		throw new Error("more than one signature");
	return certificate(trust, signer, true, "not a signing certificate");
}

const [what, ...names] = process.argv.slice(2);
let answer;
try {
	const [ca, crl, ...sent] = names.map(name => readFileSync(name));
	const trust = put("trust", ca, Buffer.from("\n"), crl);
	answer = what === "signature" ? signature(trust, ...sent)
		: certificate(trust, put("certificate", ...sent), false, "not a log-in certificate");
} catch (error) {
	const ours = error.code ?? error.message.startsWith("!");
	answer = { valid: ours ? null : false, reason: error.message.replace(/^!/, "") };
} finally {
	rmSync(folder, { recursive: true });
}
console.log(JSON.stringify(answer, null, 2));
process.exitCode = answer.valid ? 0 : answer.valid === false ? 1 : 3;
