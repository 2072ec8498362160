"""Code, tickets, logins and servers."""

from __future__ import annotations

from hub.signing.scheme import Carrier, Kind, Scheme, Stamp
from hub.signing.schemes.rows import signed_body

# docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries
GITHUB = signed_body(
    "github",
    "GitHub",
    "x-hub-signature-256",
    "The Secret that you typed at the webhook.",
    prefix="sha256=",
    id=("header:x-github-delivery",),
)

# Classic webhooks only tell the token; newer ones are signed the standard way.
GITLAB = Scheme(
    name="gitlab",
    title="GitLab",
    kind=Kind.TOKEN,
    shown_at="The webhook's Secret token.",
    encoding="text",
    carrier=Carrier("header:x-gitlab-token"),
    id=("header:x-gitlab-event-uuid",),
    note="Where GitLab shows a signing token, use standard.",
)

BITBUCKET = signed_body(
    "bitbucket",
    "Bitbucket",
    "x-hub-signature",
    "The webhook's Secret.",
    prefix="sha256=",
    id=("header:x-request-uuid",),
)

JIRA = signed_body(
    "jira",
    "Jira",
    "x-hub-signature",
    "The webhook's Secret.",
    prefix="sha256=",
    id=("header:x-atlassian-webhook-identifier",),
)

# linear.app/developers/webhooks
LINEAR = signed_body(
    "linear",
    "Linear",
    "linear-signature",
    "The webhook's signing secret.",
    stamp=Stamp("body:webhookTimestamp", unit="ms"),
    id=("header:linear-delivery",),
    ok_status=200,
)

SENTRY = signed_body("sentry", "Sentry", "sentry-hook-signature", "The integration's client secret.")

# developer.pagerduty.com, verifying signatures; circleci.com/docs/webhooks
PAGERDUTY = Scheme(
    name="pagerduty",
    title="PagerDuty",
    kind=Kind.HMAC,
    shown_at="The secret in the answer that created the webhook subscription.",
    carrier=Carrier("header:x-pagerduty-signature", separator=",", name="v1"),
    id=("body:event.id",),
)

CIRCLECI = Scheme(
    name="circleci",
    title="CircleCI",
    kind=Kind.HMAC,
    shown_at="The webhook's Secret token.",
    carrier=Carrier("header:circleci-signature", separator=",", name="v1"),
    id=("body:id",),
)

# workos.com/docs/events/data-syncing/webhooks: milliseconds, three minutes.
WORKOS = Scheme(
    name="workos",
    title="WorkOS",
    kind=Kind.HMAC,
    shown_at="The webhook's signing secret.",
    carrier=Carrier("header:workos-signature", separator=",", name="v1"),
    contents=("{timestamp}.{body}",),
    stamp=Stamp("entry:t", unit="ms", tolerance=180.0),
    id=("body:id",),
)

VERCEL = signed_body(
    "vercel",
    "Vercel",
    "x-vercel-signature",
    "The webhook's secret, or the integration's client secret.",
    algorithm="sha1",
    id=("body:id",),
)

HEROKU = signed_body(
    "heroku",
    "Heroku",
    "heroku-webhook-hmac-sha256",
    "The secret shown when the webhook was created.",
    encoding="base64",
    id=("body:id",),
)

ROWS = (GITHUB, GITLAB, BITBUCKET, JIRA, LINEAR, SENTRY, PAGERDUTY, CIRCLECI, WORKOS, VERCEL, HEROKU)
