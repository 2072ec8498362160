"""Profiles that the sandbox serves and the client speaks. Together they change every line of the built-in one."""

from __future__ import annotations

BUILT_IN = "# nothing changed\n"

NUMBERED = """
auth: {header: X-Api-Key, prefix: ""}
lists: {paging: page, page_parameter: page, size_parameter: per_page, data_key: items}
"""

BARE = """
lists: {updated_since: "", sort: "", sort_by_update: "", equality_filters: false, index_lag_seconds: 90}
writes: {idempotency_header: ""}
"""

RENAMED = """
auth: {header: X-Account, prefix: "Key "}
lists:
  size_parameter: page_size
  page_parameter: after
  default_size: 9
  largest_size: 30
  data_key: result.rows
  next_key: result.more
  updated_since: changed_from
  sort: order_by
  sort_by_update: last_change
writes: {idempotency_header: X-Once, idempotency_hours: 2}
errors: {message_path: problems.0.text, code_path: problems.0.kind, fields_path: details, wrong_key_statuses: [498]}
rate:
  per_minute: 6000
  burst: 600
  limit_header: X-Limit
  remaining_header: X-Left
  reset_header: X-Again
  retry_header: X-Wait
timestamps: {created: made_on, updated: changed_on, granularity_seconds: 60}
resources:
  jobs: {path: /v2/projects}
  customers: {path: /v2/clients}
  contacts: {path: /v2/people}
  job_stages: {path: /v2/pipeline}
  job_types: {path: /v2/kinds}
  employees: {path: /v2/staff}
"""

OFFSET = "lists: {paging: offset, page_parameter: skip, default_size: 10, largest_size: 20}\n\n"
LINK = 'lists: {paging: link, data_key: ""}\n\n'
ONE_PAGE = 'lists: {paging: none, data_key: ""}\n\n'

ALL = {
    "built in": BUILT_IN,
    "numbered": NUMBERED,
    "bare": BARE,
    "renamed": RENAMED,
    "offset": OFFSET,
    "link": LINK,
    "one page": ONE_PAGE,
}
