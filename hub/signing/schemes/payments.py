"""Shops, payments and bookkeeping."""

from __future__ import annotations

from hub.signing.scheme import Carrier, Kind, Scheme, Stamp
from hub.signing.schemes.rows import signed_body

# docs.stripe.com/webhooks#verify-manually. The secret counts as it stands, with its whsec_.
STRIPE = Scheme(
    name="stripe",
    title="Stripe",
    kind=Kind.HMAC,
    shown_at="The endpoint's Signing secret, beginning with whsec_.",
    carrier=Carrier("header:stripe-signature", separator=",", name="v1"),
    contents=("{timestamp}.{body}",),
    stamp=Stamp("entry:t"),
    id=("body:id",),
)

# shopify.dev/docs/apps/build/webhooks. The Events API leaves the X- away.
SHOPIFY = Scheme(
    name="shopify",
    title="Shopify",
    kind=Kind.HMAC,
    shown_at="The app's client secret, or the one shown under Settings, Notifications, Webhooks.",
    encoding="base64",
    carrier=Carrier("header:x-shopify-hmac-sha256|header:shopify-hmac-sha256"),
    id=("header:x-shopify-webhook-id|header:shopify-webhook-id",),
    ok_status=200,
    note="A new client secret takes up to an hour to be used.",
)

WOOCOMMERCE = signed_body(
    "woocommerce",
    "WooCommerce",
    "x-wc-webhook-signature",
    "The webhook's Secret.",
    encoding="base64",
    id=("header:x-wc-webhook-delivery-id",),
)

# developer.squareup.com/docs/webhooks/step3validate
SQUARE = Scheme(
    name="square",
    title="Square",
    kind=Kind.HMAC,
    shown_at="The subscription's Signature Key.",
    encoding="base64",
    carrier=Carrier("header:x-square-hmacsha256-signature"),
    contents=("{url}{body}",),
    id=("body:event_id",),
    note="HUB_PUBLIC_URL and the path must be exactly what is registered at Square.",
)

INTUIT = signed_body(
    "intuit", "QuickBooks Online (Intuit)", "intuit-signature", "The app's Verifier Token.", encoding="base64"
)

# developer.paddle.com/webhooks/signature-verification
PADDLE = Scheme(
    name="paddle",
    title="Paddle",
    kind=Kind.HMAC,
    shown_at="The notification destination's secret key.",
    carrier=Carrier("header:paddle-signature", separator=";", name="h1"),
    contents=("{timestamp}:{body}",),
    stamp=Stamp("entry:ts"),
    id=("body:event_id",),
)

# docs.recurly.com/recurly-subscriptions/docs/signature-verification: said to be milliseconds, shown in seconds.
RECURLY = Scheme(
    name="recurly",
    title="Recurly",
    kind=Kind.HMAC,
    shown_at="The webhook endpoint's secret key.",
    carrier=Carrier("header:recurly-signature", separator=","),
    contents=("{timestamp}.{body}",),
    stamp=Stamp("entry:0", unit="auto"),
)

RAZORPAY = signed_body(
    "razorpay",
    "Razorpay",
    "x-razorpay-signature",
    "The webhook's secret.",
    id=("header:x-razorpay-event-id",),
)

ROWS = (STRIPE, SHOPIFY, WOOCOMMERCE, SQUARE, INTUIT, PADDLE, RECURLY, RAZORPAY)
