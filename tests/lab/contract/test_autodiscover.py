"""Autodiscover, in SOAP and in plain XML."""

import pytest

from lab.contract.endpoint import AUTODISCOVER, SOAP, Endpoint, unique

OUTLOOK = "http://schemas.microsoft.com/exchange/autodiscover/outlook/"


def settings(mailbox: str, *names: str) -> str:
    wanted = "".join(f"<a:Setting>{name}</a:Setting>" for name in names)
    return (
        f'<s:Envelope xmlns:s="{SOAP}" xmlns:a="{AUTODISCOVER}" xmlns:w="http://www.w3.org/2005/08/addressing">'
        "<s:Header><a:RequestedServerVersion>Exchange2016</a:RequestedServerVersion>"
        f"<w:Action>{AUTODISCOVER}/Autodiscover/GetUserSettings</w:Action></s:Header><s:Body>"
        f"<a:GetUserSettingsRequestMessage><a:Request><a:Users><a:User><a:Mailbox>{mailbox}</a:Mailbox></a:User>"
        f"</a:Users><a:RequestedSettings>{wanted}</a:RequestedSettings></a:Request></a:GetUserSettingsRequestMessage>"
        "</s:Body></s:Envelope>"
    )


def plain(mailbox: str) -> str:
    return (
        f'<Autodiscover xmlns="{OUTLOOK}requestschema/2006"><Request><EMailAddress>{mailbox}</EMailAddress>'
        f"<AcceptableResponseSchema>{OUTLOOK}responseschema/2006a</AcceptableResponseSchema></Request></Autodiscover>"
    )


def stranger(endpoint: Endpoint) -> str:
    return f"{unique('nobody').replace(' ', '-')}@{endpoint.site.organizer.partition('@')[2]}"


@pytest.mark.page("getusersettings-operation-soap")
def test_the_settings_of_a_user_name_the_endpoint(endpoint: Endpoint) -> None:
    answer = endpoint.autodiscover("autodiscover.svc", settings(endpoint.site.organizer, "InternalEwsUrl", "NoSuch"))
    assert answer.text("//a:UserResponse/a:ErrorCode") == "NoError"
    assert answer.text("//a:UserSetting[a:Name='InternalEwsUrl']/a:Value").lower().endswith("/ews/exchange.asmx")
    assert answer.texts("//a:UserSettingError/a:SettingName") in (["NoSuch"], [])


@pytest.mark.page("getusersettings-operation-soap")
def test_a_stranger_has_no_settings(endpoint: Endpoint) -> None:
    answer = endpoint.autodiscover("autodiscover.svc", settings(stranger(endpoint), "InternalEwsUrl"))
    assert answer.text("//a:UserResponse/a:ErrorCode") == "InvalidUser"


@pytest.mark.page("pox-autodiscover-response-for-exchange")
def test_plain_autodiscover_names_the_endpoint(endpoint: Endpoint) -> None:
    answer = endpoint.autodiscover("autodiscover.xml", plain(endpoint.site.organizer))
    assert answer.text("//o:Account/o:Action") == "settings"
    assert {url.lower().rpartition("/ews/")[2] for url in answer.texts("//o:Protocol/o:EwsUrl")} == {"exchange.asmx"}


@pytest.mark.page("errorcode-pox")
def test_plain_autodiscover_has_an_error_for_a_stranger(endpoint: Endpoint) -> None:
    answer = endpoint.autodiscover("autodiscover.xml", plain(stranger(endpoint)))
    assert [element.text for element in answer.root.iter("{*}ErrorCode")] == ["500"]
