"""The largest company the lab is made for."""

from lab.contract.endpoint import Endpoint, Site
from lab.contract.lab_accounts import accounts_of
from lab.contract.requests import calendar_item, create, find, get, next_tuesday, sync
from lab.test_command import running

ROOMS = "<m:GetRooms><m:RoomList><t:EmailAddress>{}</t:EmailAddress></m:RoomList></m:GetRooms>"
NAME = '<m:ResolveNames ReturnFullContactData="false"><m:UnresolvedEntry>{}</m:UnresolvedEntry></m:ResolveNames>'


def test_a_thousand_rooms_and_five_thousand_people_are_there() -> None:
    with running("--rooms", "1000", "--people", "5000", "--empty") as (_, ready):
        people, rooms = ([each["address"] for each in ready[kind]] for kind in ("people", "rooms"))
        assert (len(set(people)), len(set(rooms))) == (5000, 1000)
        endpoint = Endpoint(Site(**accounts_of(ready)))  # type: ignore[arg-type]
        listed = endpoint.ask(ROOMS.format(ready["room_lists"][0])).texts("//t:Room//t:EmailAddress")
        assert set(listed) == set(rooms)
        assert endpoint.ask(NAME.format(people[-1])).text("//t:EmailAddress") == people[-1]
        meeting = calendar_item("Far away", next_tuesday(), attendees=(people[-1],), rooms=(rooms[997],))
        booked = endpoint.ask(create(meeting, "SendToAllAndSaveCopy"), people[-2]).item_id()
        seen = endpoint.ask(get(f'<t:ItemId Id="{booked.id}"/>'), people[-2])
        assert seen.text("//t:Resources/t:Attendee/t:ResponseType") == "Accept"
        assert len(endpoint.ask(sync(), rooms[997]).all("//t:Create")) == 1
        assert endpoint.ask(find(), people[-1]).texts("//t:Subject") == ["Far away"]
        endpoint.close()
