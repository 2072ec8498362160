"""Customers, jobs, forms, calendars and documents."""

from __future__ import annotations

from dataclasses import replace

from hub.signing.scheme import Carrier, Handshake, Kind, Scheme, Stamp
from hub.signing.schemes.rows import signed_body

# developers.hubspot.com, "Validate requests". A delivery holds up to 100 events; all their ids together name it.
HUBSPOT = Scheme(
    name="hubspot",
    title="HubSpot (signature v3)",
    kind=Kind.HMAC,
    shown_at="The app's client secret.",
    encoding="base64",
    carrier=Carrier("header:x-hubspot-signature-v3"),
    contents=("{method}{url_decoded}{body}{timestamp}",),
    stamp=Stamp("header:x-hubspot-request-timestamp", unit="ms"),
    id=("body:*.eventId",),
)

_HUBSPOT_OLD = Scheme(
    name="hubspot_v2",
    title="HubSpot (signature v2)",
    kind=Kind.HASH,
    shown_at="The app's client secret.",
    carrier=Carrier("header:x-hubspot-signature"),
    contents=("{secret}{method}{url}{body}",),
    id=("body:*.eventId",),
    note="Old and weaker; use hubspot wherever HubSpot sends a v3 signature.",
)

HUBSPOT_V2 = _HUBSPOT_OLD
HUBSPOT_V1 = replace(_HUBSPOT_OLD, name="hubspot_v1", title="HubSpot (signature v1)", contents=("{secret}{body}",))

TYPEFORM = signed_body(
    "typeform",
    "Typeform",
    "typeform-signature",
    "The secret that you typed at the form's webhook.",
    prefix="sha256=",
    encoding="base64",
    id=("body:event_id",),
)

# developer.calendly.com/api-docs, webhook signatures
CALENDLY = Scheme(
    name="calendly",
    title="Calendly",
    kind=Kind.HMAC,
    shown_at="The webhook subscription's signing key.",
    carrier=Carrier("header:calendly-webhook-signature", separator=",", name="v1"),
    contents=("{timestamp}.{body}",),
    stamp=Stamp("entry:t", tolerance=180.0),
    id=("body:payload.uri", "body:event"),
)

CALCOM = signed_body("calcom", "Cal.com", "x-cal-signature-256", "The webhook's secret.")

JOTFORM = Scheme(
    name="jotform",
    title="Jotform",
    kind=Kind.TOKEN,
    shown_at="A long random text of your own. Add it to the address at Jotform: ?token=...",
    encoding="text",
    carrier=Carrier("query:token"),
    id=("form:submissionID",),
    note="Jotform signs nothing, so the address carries the secret.",
)

COMPANYCAM = signed_body(
    "companycam",
    "CompanyCam",
    "x-companycam-signature",
    "The webhook's token.",
    algorithm="sha1",
    encoding="base64",
    ok_status=200,
)

# developer.getjobber.com/docs/using_jobbers_api/setting_up_webhooks
JOBBER = signed_body(
    "jobber",
    "Jobber",
    "x-jobber-hmac-sha256",
    "The app's OAuth client secret.",
    encoding="base64",
)

CLICKUP = signed_body("clickup", "ClickUp", "x-signature", "The secret in the answer that created the webhook.")

# developers.asana.com/docs/webhooks-guide: the secret is sent once, in the question that comes first.
ASANA = signed_body(
    "asana",
    "Asana",
    "x-hook-signature",
    "The X-Hook-Secret of the first delivery, which is kept with the rejected ones.",
    ok_status=200,
    handshakes=(
        Handshake(
            when=(("header:x-hook-secret", "*"),),
            signed=False,
            headers=(("X-Hook-Secret", "{header:x-hook-secret}"),),
        ),
    ),
)

# developers.notion.com/reference/webhooks: the token is sent once, before the webhook is verified there.
NOTION = signed_body(
    "notion",
    "Notion",
    "x-notion-signature",
    "The verification_token of the first delivery, which is kept with the rejected ones.",
    prefix="sha256=",
    id=("body:id",),
    ok_status=200,
    handshakes=(Handshake(when=(("body:verification_token", "*"),), signed=False),),
)

DROPBOX = signed_body(
    "dropbox",
    "Dropbox",
    "x-dropbox-signature",
    "The app's App secret.",
    pings=True,
    ok_status=200,
    handshakes=(Handshake(method="GET", when=(("query:challenge", "*"),), signed=False, text="{query:challenge}"),),
)

# airtable.com/developers/web/api/webhooks-overview
AIRTABLE = signed_body(
    "airtable",
    "Airtable",
    "x-airtable-content-mac",
    "The macSecretBase64 in the answer that created the webhook.",
    prefix="hmac-sha256=",
    key="base64",
    ok_status=200,
    note="It only says that something changed; list the changes in a step.",
)

DOCUSIGN = Scheme(
    name="docusign",
    title="DocuSign Connect",
    kind=Kind.HMAC,
    shown_at="One of the Connect HMAC keys.",
    encoding="base64",
    carrier=Carrier("header:x-docusign-signature", numbered=100),
    id=("body:data.envelopeId", "body:event", "body:data.recipientId"),
    ok_status=200,
)

GOOGLE_ADS = Scheme(
    name="google_ads",
    title="Google Ads lead form",
    kind=Kind.TOKEN,
    shown_at="The Key that you typed at the lead form.",
    encoding="text",
    carrier=Carrier("body:google_key"),
    id=("body:lead_id",),
    ok_status=200,
)

ROWS = (
    HUBSPOT,
    HUBSPOT_V2,
    HUBSPOT_V1,
    TYPEFORM,
    CALENDLY,
    CALCOM,
    JOTFORM,
    COMPANYCAM,
    JOBBER,
    CLICKUP,
    ASANA,
    NOTION,
    DROPBOX,
    AIRTABLE,
    DOCUSIGN,
    GOOGLE_ADS,
)
