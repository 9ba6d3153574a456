"""Who is who in the demonstration: signing keys, the JWKS that Ward trusts, bearer tokens, a certificate authority and Ward's certificate.

All by the openssl program; nothing here outlives the demonstration.

    python3 identities.py FOLDER     writes them all
"""

import base64
import json
import re
import subprocess
import sys
import time
from pathlib import Path

ISSUER = "https://login.hospital.example"
AUDIENCE = "ward"
HOUR = 3600


def openssl(*arguments, data=None):
    """What openssl prints for the arguments, as bytes."""
    done = subprocess.run(["openssl", *map(str, arguments)], input=data, capture_output=True)
    if done.returncode != 0:
        raise RuntimeError(f"openssl {arguments[0]}: {done.stderr.decode().strip()}")
    return done.stdout


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class SigningKey:
    """A private key in a PEM file and the algorithm (RFC 7518, RFC 8037) that it signs with: RS256, ES256 or EdDSA."""

    GENERATE = {
        "RS256": ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
        "ES256": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
        "EdDSA": ["-algorithm", "ED25519"],
    }

    def __init__(self, folder, name, algorithm):
        self.name, self.algorithm, self.file = name, algorithm, Path(folder) / f"{name}.pem"
        openssl("genpkey", *self.GENERATE[algorithm], "-out", self.file)
        self.file.chmod(0o600)

    def public_jwk(self):
        """The public half as a JSON Web Key (RFC 7517)."""
        if self.algorithm == "RS256":
            modulus = openssl("rsa", "-in", self.file, "-noout", "-modulus").decode().strip().split("=")[1]
            numbers = {"kty": "RSA", "n": base64url(bytes.fromhex(modulus)), "e": "AQAB"}
        else:
            # SubjectPublicKeyInfo ends in the bare key: 32 bytes of Ed25519, or x and y of P-256.
            encoded = openssl("pkey", "-in", self.file, "-pubout", "-outform", "DER")
            if self.algorithm == "ES256":
                numbers = {"kty": "EC", "crv": "P-256", "x": base64url(encoded[-64:-32]), "y": base64url(encoded[-32:])}
            else:
                numbers = {"kty": "OKP", "crv": "Ed25519", "x": base64url(encoded[-32:])}
        return {**numbers, "kid": self.name, "use": "sig", "alg": self.algorithm}

    def sign(self, data):
        if self.algorithm == "RS256":
            return openssl("dgst", "-sha256", "-sign", self.file, data=data)
        if self.algorithm == "ES256":
            return es256(openssl("dgst", "-sha256", "-sign", self.file, data=data))
        # openssl 3.0 signs with Ed25519 only from a file.
        text = self.file.with_suffix(".tosign")
        text.write_bytes(data)
        try:
            return openssl("pkeyutl", "-sign", "-rawin", "-inkey", self.file, "-in", text)
        finally:
            text.unlink()

    def token(self, claims):
        """A signed JWT with the claims."""
        header = {"alg": self.algorithm, "typ": "JWT", "kid": self.name}
        signed = f"{base64url(json.dumps(header).encode())}.{base64url(json.dumps(claims).encode())}"
        return f"{signed}.{base64url(self.sign(signed.encode()))}"


def es256(der):
    """The two integers of a DER ECDSA signature as JWS wants them: 32 bytes each."""
    text = openssl("asn1parse", "-inform", "DER", data=der).decode()
    numbers = re.findall(r"INTEGER\s+:([0-9A-F]+)", text)
    return b"".join(int(number, 16).to_bytes(32, "big") for number in numbers)


def claims(subject, roles, lifetime=HOUR, **others):
    now = int(time.time())
    return {"iss": ISSUER, "aud": AUDIENCE, "sub": subject, "roles": roles, "iat": now, "nbf": now - 5, "exp": now + lifetime, **others}


def make_tokens(folder, lifetime=HOUR):
    """Writes jwks.json and tokens/NAME; returns the tokens by name."""
    folder = Path(folder)
    keys, tokens_folder = folder / "keys", folder / "tokens"
    keys.mkdir(mode=0o700)
    tokens_folder.mkdir(mode=0o700)
    rsa, ec, ed = (SigningKey(keys, name, algorithm) for name, algorithm in (("rsa", "RS256"), ("ec", "ES256"), ("ed", "EdDSA")))
    stranger = SigningKey(keys, "stranger", "RS256")
    stranger.name = rsa.name
    (folder / "jwks.json").write_text(json.dumps({"keys": [key.public_jwk() for key in (rsa, ec, ed)]}, indent=2) + "\n")
    doctor = claims("dr-weber", ["doctor"], lifetime)
    unsigned = [base64url(json.dumps(part).encode()) for part in ({"alg": "none", "typ": "JWT"}, doctor)]
    good = rsa.token(doctor)
    head, body, signature = good.split(".")
    tokens = {
        "doctor": good,
        "doctor-es256": ec.token(claims("dr-weber", ["doctor"], lifetime)),
        "doctor-eddsa": ed.token(claims("dr-okoye", ["researcher", "doctor"], lifetime)),
        "nurse": rsa.token(claims("n-lopez", ["nurse"], lifetime)),
        "expired": rsa.token(claims("dr-weber", ["doctor"], -60, nbf=1_700_000_000)),
        "not-yet-valid": rsa.token(claims("dr-weber", ["doctor"], lifetime, nbf=int(time.time()) + HOUR)),
        "other-issuer": rsa.token({**doctor, "iss": "https://login.elsewhere.example"}),
        "other-audience": rsa.token({**doctor, "aud": "cafeteria"}),
        "other-key": stranger.token(doctor),
        "alg-none": ".".join(unsigned) + ".",
        "changed": f"{head}.{base64url(json.dumps({**doctor, 'sub': 'dr-else'}).encode())}.{signature}",
    }
    for name, token in tokens.items():
        file = tokens_folder / name
        file.write_text(token + "\n")
        file.chmod(0o600)
    return tokens


def make_certificates(folder):
    """Writes ca.crt, and server.crt with server.key for localhost and 127.0.0.1."""
    folder = Path(folder)
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    openssl("req", "-x509", *curve, "-days", 2, "-subj", "/CN=Ward quickstart authority", "-addext", "keyUsage=critical,keyCertSign",
            "-keyout", folder / "ca.key", "-out", folder / "ca.crt")
    openssl("req", "-new", *curve, "-subj", "/CN=localhost", "-keyout", folder / "server.key", "-out", folder / "server.csr")
    (folder / "server.ext").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\nbasicConstraints=CA:false\n")
    openssl("x509", "-req", "-in", folder / "server.csr", "-CA", folder / "ca.crt", "-CAkey", folder / "ca.key", "-CAcreateserial", "-days", 2,
            "-extfile", folder / "server.ext", "-out", folder / "server.crt")
    for name in ("ca.key", "server.key"):
        (folder / name).chmod(0o600)
    for name in ("server.csr", "server.ext", "ca.srl"):
        (folder / name).unlink(missing_ok=True)


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    make_tokens(target)
    make_certificates(target)
