"""clockify-python-115: its transport, its list of actions, its request and its errors.

The entries are read as they come: the client's own model of the answer is a bare list, and the
interface answers {"response": [..]}.
"""

import asyncio
import typing

import clockify
from clockify.config import Service
from clockify.errors import ClockifyAuthenticationError
from clockify.models.audit_log import AuditLogAction, AuditLogEntry, AuditLogRequest

from compared import BASE, TOKEN, compare, records, refused

CLIENT = "clockify-python-115"
SIZE = 30


def client(**credential: str) -> clockify.ClockifyClient:
    return clockify.ClockifyClient(
        service_urls={Service.AUDIT_LOG: f"{BASE}/v1"}, allow_custom_hosts=True, **credential
    )


async def page(holder: clockify.ClockifyClient, number: int, **authors: typing.Any) -> list:
    request = AuditLogRequest.model_validate(
        {
            "start": "2026-01-01T00:00:00Z",
            "end": "2027-01-01T00:00:00Z",
            "actions": list(typing.get_args(AuditLogAction)),
            "authors": {"contains": "DOES_NOT_CONTAIN", "authorIds": [], **authors},
            "page": number,
            "page-size": SIZE,
        }
    )
    body = request.model_dump(by_alias=True, exclude_none=True)
    path = {"workspaceId": records("clockify")[0]["workspaceId"]}
    response = await holder.raw.call("searchAuditLogs", path=path, body=body)
    return response.data["response"]


async def main() -> None:
    expected = records("clockify")
    async with client(api_key=TOKEN) as holder:
        found, pages = [], 0
        while len(found) == pages * SIZE:
            pages += 1
            found += await page(holder, pages)
        compare(CLIENT, found, expected, pages)
        for entry in found:
            AuditLogEntry.model_validate(entry)
        system = await page(holder, 1, contains="CONTAINS", authorIds=["SYSTEM"])
        wanted = [entry for entry in expected if entry["userId"] == "SYSTEM"]
        if len(system) != len(wanted) or any(entry["userId"] != "SYSTEM" for entry in system):
            raise SystemExit(f"{CLIENT}: {len(system)} of the system")
    async with client(addon_token=TOKEN) as holder:
        if len(await page(holder, 1)) != SIZE:
            raise SystemExit(f"{CLIENT}: another page for the token of an add-on")
    async with client(api_key="annals_x") as holder:
        try:
            await page(holder, 1)
        except ClockifyAuthenticationError as error:
            refused(CLIENT, error.status_code, 401)


asyncio.run(main())
