"""google-api-python-client, by the discovery document that comes with it."""

from collections import Counter

import google.oauth2.credentials
import googleapiclient.discovery
import googleapiclient.errors

from compared import BASE, TOKEN, compare, records, refused

CLIENT = "google-api-python-client"


def reports():
    return googleapiclient.discovery.build(
        "admin",
        "reports_v1",
        credentials=google.oauth2.credentials.Credentials(token=TOKEN),
        client_options={"api_endpoint": BASE},
        static_discovery=True,
    ).activities()


def main() -> None:
    expected = records("google")
    activities = reports()
    found, pages = [], 0
    for application in sorted(Counter(record["id"]["applicationName"] for record in expected)):
        request = activities.list(userKey="all", applicationName=application, maxResults=25)
        while request is not None:
            page = request.execute()
            found += page.get("items", [])
            pages += 1
            request = activities.list_next(request, page)
    compare(CLIENT, found, expected, pages)
    question = {
        "userKey": "user3@example.com",
        "applicationName": "calendar",
        "eventName": "create_event",
        "filters": "event_id<>event-1,start_time>=63900000100",
        "startTime": "2026-03-01T00:00:00Z",
        "actorIpAddress": "192.0.2.150",
        "customerId": "my_customer",
    }
    items = activities.list(**question).execute().get("items", [])
    if [item["actor"]["email"] for item in items] != ["user3@example.com"]:
        raise SystemExit(f"{CLIENT}: {items}")
    try:
        activities.list(userKey="all", applicationName="login", pageToken="x").execute()
    except googleapiclient.errors.HttpError as error:
        refused(CLIENT, error.resp.status, 400)
        if not error.reason.startswith("pageToken: "):
            raise SystemExit(f"{CLIENT}: {error.reason}") from error


main()
