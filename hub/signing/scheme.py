"""What a way of signing consists of. Each sender's way is one row of data (hub.signing.schemes); nothing here acts.

A *source* says where a text stands: `header:x-signature`, `query:token`, `body:data.id` (a path in the JSON body, `*`
for every entry of a list), `form:MessageSid`, `entry:t` (a named entry of the signature's own header) or `entry:0` (its
first entry). `|` separates alternatives; the first that is there counts.

A *content* says which bytes are signed: text with pieces in braces, as in "v0:{timestamp}:{body}". hub.signing.content
lists the pieces.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """How a delivery is made believable."""

    HMAC = "hmac"
    HASH = "hash"  # a plain hash over secret and content
    ED25519 = "ed25519"
    ECDSA = "ecdsa"  # P-256 with SHA-256
    TOKEN = "token"  # noqa: S105 - the secret itself is sent
    BASIC = "basic"
    NONE = "none"


SIGNING_KINDS = frozenset({Kind.HMAC, Kind.HASH, Kind.ED25519, Kind.ECDSA})


@dataclass(frozen=True, slots=True)
class Carrier:
    """Where the signatures stand.

    `prefix` goes before the value ("sha256="). With `separator` the value is a list of entries, each a name, `pair`
    and a text; those called `name` are signatures. With an empty `name` entries have no names: the first is the time
    stamp, the others are signatures. `numbered` headers are called source-1, source-2, ... up to that number.
    """

    source: str
    prefix: str = ""
    separator: str = ""
    pair: str = "="
    name: str = ""
    numbered: int = 0


@dataclass(frozen=True, slots=True)
class Stamp:
    """When it was signed. `unit` is "s", "ms", "iso", or "auto": seconds or milliseconds, told apart by size.

    `tolerance` is how old it may be and `future` how far ahead of our clock, in seconds.
    """

    source: str
    unit: str = "s"
    tolerance: float = 300.0
    future: float = 300.0


@dataclass(frozen=True, slots=True)
class Handshake:
    """A question that a sender asks before it sends events. It is answered and makes no event.

    It is one when `method` fits and each source in `when` holds its text ("*": any). `signed` ones must carry a good
    signature; with `token`, the text at that source must be the trigger's handshake secret. The answer is `text`, or
    the JSON object `fields`, each a content; `headers` are (name, content) pairs.
    """

    when: tuple[tuple[str, str], ...]
    method: str = "POST"
    signed: bool = True
    token: str = ""
    text: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Scheme:
    """One way of signing.

    `shown_at` says where the owner finds the secret. Any of `contents` may have been signed. `key` is how the
    secret becomes a key: "text", "base64", "whsec", "ed25519" or "spki". `id` are the sources that name a delivery,
    together; none where the body's hash must do. `pings` are deliveries that carry no news of their own, so that equal
    bodies are still new. `ok_status` is what the sender wants to be answered, 0 when it does not care. A secret that
    begins with the text in `variants` is checked by that scheme instead.
    """

    name: str
    title: str
    kind: Kind
    shown_at: str = ""
    algorithm: str = "sha256"
    encoding: str = "hex"
    key: str = "text"
    carrier: Carrier = field(default_factory=lambda: Carrier(""))
    contents: tuple[str, ...] = ("{body}",)
    stamp: Stamp | None = None
    id: tuple[str, ...] = ()
    pings: bool = False
    ok_status: int = 0
    handshakes: tuple[Handshake, ...] = ()
    variants: tuple[tuple[str, Scheme], ...] = ()
    note: str = ""

    @property
    def signs(self) -> bool:
        """Whether the content is signed, not only the sender known."""
        return self.kind in SIGNING_KINDS

    @property
    def id_signed(self) -> bool:
        """Whether nobody but the sender can change the delivery's id: all its sources are in what is signed."""
        alternatives = [each for source in self.id for each in source.split("|")]
        return (
            self.signs
            and bool(alternatives)
            and all(_covers(content, source) for content in self.contents for source in alternatives)
        )

    @property
    def needs_handshake_secret(self) -> bool:
        """Whether a handshake is believed by a secret of its own."""
        return any(each.token for each in self.handshakes)

    def for_secret(self, secret: str) -> Scheme:
        """This scheme, or the variant that goes with this form of secret."""
        return next((variant for prefix, variant in self.variants if secret.startswith(prefix)), self)

    def proves(self, header: str) -> bool:
        """Whether the header of this lower-case name carries the signature or the secret."""
        return f"header:{header}" in self.carrier.source.split("|")


@dataclass(frozen=True, slots=True)
class Verified:
    """A delivery that is believed. `secret_index` says which secret fitted (-1: none was needed), `signed_at` when it
    was signed where that is known, `delivery_id` is "" where the sender gives none."""

    secret_index: int
    signed_at: float | None
    delivery_id: str
    id_signed: bool


def _covers(content: str, source: str) -> bool:
    kind = source.partition(":")[0]
    pieces = ["{id}", "{" + source + "}"]
    if kind in ("body", "form"):
        pieces += ["{body}", "{body_sha256}", "{form}"]
    return any(piece in content for piece in pieces)
