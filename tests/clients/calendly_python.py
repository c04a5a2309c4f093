"""calendly-py, which Speakeasy generated from the OpenAPI document of Calendly."""

import json

import calendly
from calendly.models import operations, shared

from compared import BASE, TOKEN, compare, records, refused

CLIENT = "calendly-py"


def log(token: str):
    security = shared.Security(personal_access_token=f"Bearer {token}")
    return calendly.Calendly(security=security, server_url=BASE).activity_log


def pages(first: operations.ListActivityLogRequest):
    """All pages, by the token of each."""
    request = first
    while True:
        response = log(TOKEN).list(request)
        page = response.list_activity_log_200_application_json_object
        if page is None:
            raise SystemExit(f"{CLIENT}: {response.raw_response.text}")
        yield page, json.loads(response.raw_response.text)
        if page.pagination.next_page_token is None:
            return
        request.page_token = page.pagination.next_page_token


def main() -> None:
    expected = records("calendly")
    organization = expected[0]["organization"]
    request = operations.ListActivityLogRequest
    every = list(pages(request(organization=organization, count=40)))
    found = [entry for _, raw in every for entry in raw["collection"]]
    compare(CLIENT, found, expected, len(every))
    # As the client reads them: each is whole, and the newest of its page is told.
    for page, raw in every:
        if max(entry.occurred_at for entry in page.collection) != page.last_event_time:
            raise SystemExit(f"{CLIENT}: {raw['last_event_time']}")
        if page.total_count != len(expected):
            raise SystemExit(f"{CLIENT}: {page.total_count} in all")
        link = page.pagination.next_page
        if link is not None and not link.startswith(f"{BASE}/activity_log_entries?"):
            raise SystemExit(f"{CLIENT}: {link}")
    back = request(organization=organization, count=40)
    back.page_token = every[1][0].pagination.previous_page_token
    if next(pages(back))[1]["collection"] != every[0][1]["collection"]:
        raise SystemExit(f"{CLIENT}: the way back leads elsewhere")
    sort = operations.ListActivityLogSortEnum
    narrow = request(
        organization=organization,
        actor=["https://api.calendly.com/users/U1", "https://api.calendly.com/users/U2"],
        namespace=["Login", "API"],
        action=["Succeeded", "Token_Created"],
        search_term='("Sam Smith 1" | guest12) + *@other.example -Sales*x',
        sort=[sort.ACTOR_DISPLAY_NAME_ASC, sort.OCCURRED_AT_DESC],
        count=7,
    )
    names = [entry.actor.display_name for page, _ in pages(narrow) for entry in page.collection]
    numbers = range(251)
    wanted = [number for number in numbers if number % 5 in (1, 2) and number % 4 in (0, 2)]
    wanted = [number for number in wanted if number % 5 == 1 or number == 12]
    if names != [f"Sam Smith {number}" for number in sorted(n % 5 for n in wanted)]:
        raise SystemExit(f"{CLIENT}: {names}")
    response = log("annals_x").list(request(organization=organization))
    refused(CLIENT, response.status_code, 401)
    response = log(TOKEN).list(request(organization="https://api.calendly.com/organizations/X"))
    refused(CLIENT, response.status_code, 403)
    if response.list_activity_log_403_application_json_object.title.value != "Permission Denied":
        raise SystemExit(f"{CLIENT}: {response.raw_response.text}")


main()
