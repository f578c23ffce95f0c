"""What every report of RealtimeKit is read with."""

from bot.providers.http.client import HttpClient
from bot.providers.realtimekit.queries import RealtimeKitQueries
from bot.providers.realtimekit.queries_meetings import MeetingQueries
from bot.providers.realtimekit.queries_recordings import RecordingQueries
from bot.providers.unsupported import UnsupportedReports


class ReportsBase(UnsupportedReports):
    """Holds the queries that reports share."""

    def __init__(
        self, http: HttpClient, queries: RealtimeKitQueries, meetings: MeetingQueries
    ) -> None:
        self._http = http
        self._queries = queries
        self._meetings = meetings
        self._recordings = RecordingQueries(http, queries)
