"""What a person sees who opens the lab in a browser."""

import re
from html import unescape
from urllib.parse import quote

from requests import Session
from requests_ntlm import HttpNtlmAuth

from lab.wire import EMMA, GUANGHAN, HOUR, LISI, TOMORROW, ZHANGSAN, Client
from roomd_lab import Daily, Lab, Outlook, Permission, Recurrence
from roomd_lab.model.zones import zone_info

ENDPOINT = "/EWS/Exchange.asmx"


def look(client: Client, path: str = ENDPOINT, account: str = "zhangsan") -> tuple[int, str]:
    connection = client.http()
    connection.request("GET", path, headers=client.basic(account))
    response = connection.getresponse()
    status, page = response.status, response.read().decode()
    connection.close()
    return status, page


def links(page: str) -> list[str]:
    return re.findall(r'href="(.+?)"', page)


def rows(page: str) -> list[list[str]]:
    found = re.findall(r"<tr>(<td>.+?)</tr>", page)
    return [[unescape(cell) for cell in re.findall(r"<td>(.*?)</td>", row)] for row in found]


def calendar_of(address: str) -> str:
    return f"/owa/{quote(address)}"


def test_a_person_finds_the_own_calendar(client: Client, outlook: Outlook, lab: Lab) -> None:
    outlook.book(EMMA, subject="<b>Plans</b> & more", start=TOMORROW, end=TOMORROW + HOUR, attendees=[ZHANGSAN])
    _, page = look(client)
    assert links(page) == [calendar_of(ZHANGSAN)]
    status, page = look(client, links(page)[0])
    start, end = (moment.astimezone(zone_info(lab.company.zone)) for moment in (TOMORROW, TOMORROW + HOUR))
    shown = [f"{start:%Y-%m-%d %H:%M}", f"{end:%Y-%m-%d %H:%M}", "<b>Plans</b> & more", "", "Emma Lindqvist"]
    assert (status, rows(page)) == (200, [[*shown, "Tentative", "NoResponseReceived"]])
    assert "<b>" not in page


def test_a_calendar_shows_the_occurrences_of_two_weeks(client: Client, outlook: Outlook) -> None:
    daily = Recurrence(pattern=Daily(), first=TOMORROW.date(), count=40)
    outlook.book_series(
        EMMA, recurrence=daily, subject="Daily", start=TOMORROW, end=TOMORROW + HOUR, rooms=[GUANGHAN]
    )
    shown = rows(look(client, calendar_of(GUANGHAN), "svc-roomd")[1])
    assert len(shown) in {13, 14}
    assert shown == sorted(shown)


def test_the_service_account_finds_everybody_within_its_scope(client: Client, lab: Lab) -> None:
    everybody = {calendar_of(address) for address in (*lab.company.people(), *lab.company.rooms())}
    assert set(links(look(client, account="svc-roomd")[1])) == everybody
    lab.company.directory.leave_out_of_scope(LISI)
    assert set(links(look(client, "/owa/", "svc-roomd")[1])) == everybody - {calendar_of(LISI)}
    assert look(client, calendar_of(LISI), "svc-roomd")[0] == 403


def test_nobody_looks_at_what_is_not_theirs(client: Client, lab: Lab) -> None:
    assert look(client, calendar_of(EMMA))[0] == 403
    lab.permit(ZHANGSAN, EMMA, Permission.REVIEWER)
    assert look(client, calendar_of(EMMA))[0] == 200
    assert look(client, calendar_of("stranger@example.com"), "svc-roomd")[0] == 404
    connection = client.http()
    connection.request("GET", calendar_of(EMMA))
    assert connection.getresponse().status == 401
    connection.close()


def test_a_browser_signs_in_with_ntlm(client: Client, lab: Lab) -> None:
    person, session = lab.account("zhangsan"), Session()
    session.auth = HttpNtlmAuth(person.username, person.password)
    answer = session.get(client.address.endpoint, verify=str(client.address.ca_file), timeout=10)
    session.close()
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
