"""Deliveries as people may see and search them: without what proves who sent them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl, quote, urlsplit

from hub.model import Delivery
from hub.web.wording.values import hidden, is_secret_name


def shown_headers(delivery: Delivery) -> list[tuple[str, str]]:
    """The headers in their order, without what proves who sent the delivery."""
    return [(name, hidden(value) if is_secret_name(name) else value) for name, value in delivery.headers]


def shown_address(delivery: Delivery) -> str:
    """The address, without the values of parameters that prove who sent it."""
    parts = urlsplit(delivery.url)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    if not any(is_secret_name(name) for name, _ in pairs):
        return delivery.url
    query = "&".join(
        f"{quote(name)}={hidden(value) if is_secret_name(name) else quote(value)}" for name, value in pairs
    )
    return f"{parts.scheme}://{parts.netloc}{parts.path}?{query}"


def holding(text: str, secrets: Mapping[str, str]) -> Callable[[Delivery], bool]:
    """Whether all words of the text stand in a delivery: its body, headers, address or ids, in small or capital
    letters. What is not shown is not searched either, so that nobody can guess a secret by searching for it."""
    words = [(word, json.dumps(word)[1:-1].casefold()) for word in text.casefold().split()[:10]]
    hidden_texts = [each for each in secrets.values() if each]

    def holds(delivery: Delivery) -> bool:
        parts = [delivery.id, shown_address(delivery), delivery.remote]
        parts += [f"{name}: {value}" for name, value in shown_headers(delivery)]
        whole = "\n".join([*parts, delivery.body.decode("utf-8", "replace")])
        for each in hidden_texts:
            whole = whole.replace(each, "")
        whole = whole.casefold()
        return all(word in whole or escaped in whole for word, escaped in words)

    return holds
