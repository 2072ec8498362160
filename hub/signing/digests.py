"""Secrets become keys, texts become bytes, and bytes are compared. Decoding is strict: one text for one value."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Callable

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    load_der_private_key,
    load_der_public_key,
    load_pem_private_key,
    load_pem_public_key,
)

from hub.signing.scheme import Kind, Scheme

_HEX = re.compile(r"(?:[0-9a-fA-F]{2})+")
_SHORTEST_ED25519 = 32


def decode(text: str, encoding: str) -> bytes:
    """The bytes that `text` stands for in "hex", "base64" or "text". ValueError for anything but the one spelling."""
    if encoding == "text":
        return text.encode()
    if encoding == "hex":
        if not _HEX.fullmatch(text):
            raise ValueError("it is not hexadecimal")
        return bytes.fromhex(text)
    raw = base64.b64decode(text, validate=True)
    if not raw or base64.b64encode(raw).decode() != text:
        raise ValueError("it is not base64")
    return raw


def encode(raw: bytes, encoding: str) -> str:
    """The one spelling of `raw` in that encoding."""
    if encoding == "text":
        return raw.decode()
    return raw.hex() if encoding == "hex" else base64.b64encode(raw).decode()


def fits(scheme: Scheme, secret: str, content: bytes, signature: bytes) -> bool:
    """Whether `signature` was made of `content` with this secret. ValueError when the secret is no key for it."""
    return _FITS[scheme.kind](scheme, secret, content, signature)


def make_signature(scheme: Scheme, secret: str, content: bytes) -> bytes:
    """The signature of `content`. Public-key schemes want the private key. ValueError when the secret is no key."""
    if scheme.kind is Kind.HMAC:
        return hmac.new(_symmetric_key(scheme, secret), content, scheme.algorithm).digest()
    if scheme.kind is Kind.HASH:
        return hashlib.new(scheme.algorithm, content).digest()
    if scheme.kind is Kind.ED25519:
        seed = _asymmetric_key(secret, "whsk_")[:_SHORTEST_ED25519]
        return Ed25519PrivateKey.from_private_bytes(seed).sign(content)
    if scheme.kind is Kind.ECDSA:
        private = load_pem_private_key if secret.startswith("-----") else load_der_private_key
        key = private(_der_or_pem(secret), None)
        if isinstance(key, ec.EllipticCurvePrivateKey):
            return key.sign(content, ec.ECDSA(SHA256()))
        raise ValueError("the secret is no elliptic curve key")
    return secret.encode()


def _fits_hmac(scheme: Scheme, secret: str, content: bytes, signature: bytes) -> bool:
    return hmac.compare_digest(make_signature(scheme, secret, content), signature)


def _fits_ed25519(_scheme: Scheme, secret: str, content: bytes, signature: bytes) -> bool:
    key = Ed25519PublicKey.from_public_bytes(_asymmetric_key(secret, "whpk_"))
    try:
        key.verify(signature, content)
    except InvalidSignature:
        return False
    return True


def _fits_ecdsa(_scheme: Scheme, secret: str, content: bytes, signature: bytes) -> bool:
    public = load_pem_public_key if secret.startswith("-----") else load_der_public_key
    key = _p256(public(_der_or_pem(secret)))
    try:
        key.verify(signature, content, ec.ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


def _fits_token(_scheme: Scheme, secret: str, _content: bytes, sent: bytes) -> bool:
    # Equal lengths on both sides, so that the comparison does not tell how long the secret is.
    return hmac.compare_digest(hashlib.sha256(secret.encode()).digest(), hashlib.sha256(sent).digest())


_FITS: dict[Kind, Callable[[Scheme, str, bytes, bytes], bool]] = {
    Kind.HMAC: _fits_hmac,
    Kind.HASH: _fits_hmac,
    Kind.ED25519: _fits_ed25519,
    Kind.ECDSA: _fits_ecdsa,
    Kind.TOKEN: _fits_token,
    Kind.BASIC: _fits_token,
}


def _symmetric_key(scheme: Scheme, secret: str) -> bytes:
    if scheme.key == "text":
        return secret.encode()
    return _base64_key(secret.removeprefix("whsec_") if scheme.key == "whsec" else secret)


def _asymmetric_key(secret: str, prefix: str) -> bytes:
    text = secret.removeprefix(prefix)
    return bytes.fromhex(text) if re.fullmatch(r"[0-9a-fA-F]{64}", text) else _base64_key(text)


def _p256(key: object) -> ec.EllipticCurvePublicKey:
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
        return key
    raise ValueError("the secret is no P-256 public key")


def _der_or_pem(secret: str) -> bytes:
    return secret.encode() if secret.startswith("-----") else _base64_key(secret)


def _base64_key(text: str) -> bytes:
    # Keys are typed and copied by people: missing padding is forgiven, anything else is not.
    raw = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    if not raw:
        raise ValueError("the secret is empty")
    return raw
