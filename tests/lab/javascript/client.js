// Books, updates, syncs, streams and cancels a meeting with ews-javascript-api, as an attendee and a room look on.
// Reads the lab's address from standard input as JSON and writes what it saw to standard output as JSON.
"use strict";

const ews = require("ews-javascript-api");
const { XhrApi } = require("@ewsjs/xhr");

const HOUR = 60;
const STREAM_MINUTES = 1;

function readInput() {
  return JSON.parse(require("node:fs").readFileSync(0, "utf-8"));
}

function serviceFor(site, mailbox) {
  const service = new ews.ExchangeService(ews.ExchangeVersion.Exchange2016);
  service.Url = new ews.Uri(site.endpoint);
  service.Credentials = new ews.WebCredentials(site.username, site.password);
  service.ImpersonatedUserId = new ews.ImpersonatedUserId(ews.ConnectingIdType.SmtpAddress, mailbox);
  if (site.auth === "ntlm") {
    service.XHRApi = new XhrApi().useNtlmAuthentication(site.username, site.password);
  }
  return service;
}

async function book(service, site) {
  const meeting = new ews.Appointment(service);
  meeting.Subject = "Booked from JavaScript";
  meeting.Body = new ews.MessageBody("With a body.");
  meeting.Start = ews.DateTime.Parse(site.start);
  meeting.End = meeting.Start.AddMinutes(HOUR);
  meeting.RequiredAttendees.Add(site.attendee);
  meeting.Resources.Add(site.room);
  await meeting.Save(ews.WellKnownFolderName.Calendar, ews.SendInvitationsMode.SendToAllAndSaveCopy);
  return meeting.Id;
}

async function update(service, id) {
  const meeting = await ews.Appointment.Bind(service, id);
  meeting.Subject = "Renamed from JavaScript";
  await meeting.Update(
    ews.ConflictResolutionMode.NeverOverwrite,
    ews.SendInvitationsOrCancellationsMode.SendToAllAndSaveCopy,
  );
}

async function cancel(service, id) {
  const meeting = await ews.Appointment.Bind(service, id);
  await meeting.CancelMeeting("It is off.");
}

async function read(service, id) {
  const meeting = await ews.Appointment.Bind(service, id);
  return {
    subject: meeting.Subject,
    room: meeting.Resources.GetEnumerator()[0].ResponseType,
    sequence: meeting.AppointmentSequenceNumber,
  };
}

async function sync(service, state) {
  const calendar = new ews.FolderId(ews.WellKnownFolderName.Calendar);
  const changes = await service.SyncFolderItems(calendar, ews.PropertySet.IdOnly, [], 100, 0, state);
  const kinds = changes.GetEnumerator().map((change) => ews.ChangeType[change.ChangeType]);
  return { state: changes.SyncState, kinds };
}

async function freeBusy(service, site) {
  const day = ews.DateTime.Parse(site.start).Date;
  const window = new ews.TimeWindow(day, day.AddDays(1));
  const who = [new ews.AttendeeInfo(site.room)];
  const answer = await service.GetUserAvailability(who, window, ews.AvailabilityData.FreeBusy);
  return answer.AttendeesAvailability.Responses[0].CalendarEvents.length;
}

function hear(service, subscription, wanted) {
  return new Promise((resolve, reject) => {
    const connection = new ews.StreamingSubscriptionConnection(service, STREAM_MINUTES);
    const heard = new Set();
    connection.AddSubscription(subscription);
    connection.OnNotificationEvent.push((_, told) => {
      told.Events.forEach((event) => heard.add(ews.EventType[event.EventType]));
      if (wanted.every((kind) => heard.has(kind))) {
        connection.Close();
        resolve([...heard].sort());
      }
    });
    connection.OnSubscriptionError.push((_, error) => reject(error.Exception ?? new Error("the stream failed")));
    connection.Open();
  });
}

async function main() {
  const site = readInput();
  const service = serviceFor(site, site.organizer);
  const seen = {};
  let { state } = await sync(service, null);

  const folders = [new ews.FolderId(ews.WellKnownFolderName.Calendar)];
  const kinds = [ews.EventType.Created, ews.EventType.Modified, ews.EventType.Moved];
  const subscription = await service.SubscribeToStreamingNotifications(folders, ...kinds);

  const [events, id] = await Promise.all([hear(service, subscription, ["Created"]), book(service, site)]);
  seen.events = events;
  seen.booked = await read(service, id);
  seen.busy = await freeBusy(service, site);
  ({ state, kinds: seen.created } = await sync(service, state));

  await update(service, id);
  seen.updated = await read(service, id);
  ({ state, kinds: seen.changed } = await sync(service, state));

  await cancel(service, id);
  ({ kinds: seen.cancelled } = await sync(service, state));
  process.stdout.write(JSON.stringify(seen));
}

main().then(
  () => process.exit(0),
  (error) => {
    process.stderr.write(`${error?.stack ?? JSON.stringify(error)}\n${error?.Message ?? ""}\n`);
    process.exit(1);
  },
);
