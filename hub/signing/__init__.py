"""Verify and sign webhooks over raw bytes, pure: clock and secrets come in as arguments.

scheme says what a way of signing consists of, schemes holds them all as data, choice makes one of what a recipe says;
verifier, signer and handshake act on them. strict_json and forms read bodies from outside.
"""

from hub.signing.choice import scheme_of
from hub.signing.forms import decode_text, gather, parse_form, parse_pairs, read_content_type
from hub.signing.handshake import Answer, answer_handshake
from hub.signing.reference import describe_schemes
from hub.signing.scheme import Carrier, Handshake, Kind, Scheme, Stamp, Verified
from hub.signing.schemes import SCHEMES
from hub.signing.signer import sign
from hub.signing.strict_json import parse_json
from hub.signing.verifier import verify

__all__ = [
    "SCHEMES",
    "Answer",
    "Carrier",
    "Handshake",
    "Kind",
    "Scheme",
    "Stamp",
    "Verified",
    "answer_handshake",
    "decode_text",
    "describe_schemes",
    "gather",
    "parse_form",
    "parse_json",
    "parse_pairs",
    "read_content_type",
    "scheme_of",
    "sign",
    "verify",
]
