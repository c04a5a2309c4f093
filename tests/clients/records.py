"""Records as the products give them: real ones where they are there, made-up ones beside them.

usage: records.py FOLDER DATA   writes FOLDER/google.ndjson, calendly.ndjson, clockify.ndjson
"""

import json
import pathlib
import sys

ORGANIZATION = "https://api.calendly.com/organizations/ORG001"
WORKSPACE = "ws-64a6"
MADE_UP = 251


def time(number: int, fraction: str = "") -> str:
    """Some instant of 2026; several records have the same one."""
    minutes = number // 3
    return f"2026-03-{minutes // 1440 + 1:02}T{minutes // 60 % 24:02}:{minutes % 60:02}:00{fraction}Z"


def google(number: int) -> dict:
    inner = [
        {
            "type": "event_change",
            "name": ["create_event", "change_event_title", "delete_event"][(number + place) % 3],
            "parameters": [
                {"name": "event_id", "value": f"event-{number}"},
                {"name": "event_title", "value": f"Réunion {place}"},
                {"name": "start_time", "intValue": str(63_900_000_000 + number)},
                {"name": "client_side_encrypted", "value": "no"},
                {"name": "rooms", "multiValue": ["a", "b"]},
                {"name": "is_recurring", "boolValue": number % 2 == 0},
            ],
        }
        for place in range(number % 3 + 1)
    ]
    return {
        "kind": "admin#reports#activity",
        "id": {
            "time": time(number, ".123"),
            "uniqueQualifier": str(-number),
            "applicationName": "calendar",
            "customerId": "C00mpaiwz",
        },
        "etag": f'"made-up/{number}"',
        "actor": {"email": f"user{number % 7}@example.com", "profileId": str(number % 7)},
        "ipAddress": f"192.0.2.{number % 200}",
        "events": inner,
    }


def calendly(number: int) -> dict:
    namespace, action = [
        ("Login", "Succeeded"),
        ("User_Management", "Invite_Sent"),
        ("API", "Token_Created"),
        ("Event_Type", "One-on-One_Created"),
    ][number % 4]
    return {
        "occurred_at": time(number, ".104549"),
        "actor": {
            "uri": f"https://api.calendly.com/users/U{number % 5}",
            "type": "User",
            "organization": {"uri": ORGANIZATION, "role": "owner"},
            "group": {"uri": "https://api.calendly.com/groups/G1", "name": "Sales", "role": "member"},
            "display_name": f"Sam Smith {number % 5}",
            "alternative_identifier": f"sam{number % 5}@example.com",
        },
        "details": {"number": number, "emails": [f"guest{number}@other.example"]},
        "organization": ORGANIZATION,
        "fully_qualified_name": f"{namespace}.{action}",
        "namespace": namespace,
        "action": action,
        "uri": f"https://api.calendly.com/activity_log_entries/ENTRY{number:04}",
    }


def clockify(number: int) -> dict:
    action = ["CREATE_TAG", "UPDATE_TIME_FOR_OTHER", "DELETE_PROJECT"][number % 3]
    state = json.dumps({"id": f"i-{number}", "name": "Relaunch", "userId": "u-8"})
    return {
        "action": action,
        "content": "null" if action.startswith("DELETE") else state,
        "previousContent": "null" if action.startswith("CREATE") else state,
        "timestamp": time(number),
        "userEmail": f"nina{number % 4}@studio.example",
        "userId": "SYSTEM" if number % 10 == 0 else f"u-{number % 4}",
        "userName": "Nina Groß",
        "workspaceId": WORKSPACE,
    }


def main(folder: pathlib.Path, data: pathlib.Path) -> None:
    records = {
        maker.__name__: [maker(number) for number in range(MADE_UP)]
        for maker in (google, calendly, clockify)
    }
    real = data / "google_workspace.ndjson"
    if real.exists():
        records["google"] += map(json.loads, real.read_text().splitlines())
    page = data / "calendly_activity_log_page.json"
    if page.exists():
        records["calendly"] += json.loads(page.read_text())["collection"]
    example = pathlib.Path(__file__).parents[2] / "docs/examples/clockify.json"
    records["clockify"] += json.loads(example.read_text())["response"]
    for product, found in records.items():
        text = "".join(json.dumps(record) + "\n" for record in found)
        (folder / f"{product}.ndjson").write_text(text)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
