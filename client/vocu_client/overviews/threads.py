"""Messages as conversations: what was said first and what was answered, the newest conversation on top."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Literal

from msgspec import Struct

from vocu.errors import RefusedError, VocuError
from vocu.operation import bodies, events
from vocu.operation.act import Act
from vocu.operation.header import EVERYONE
from vocu.operation.verified import Accepted
from vocu_client.following import Follower
from vocu_client.overviews.search import Search
from vocu_client.reading import Reading
from vocu_client.view import View

Scope = Literal["all", "countries", "ocu", "national"]
"""To the whole operation; to chosen countries; between one participant and the OCU; among this country's own desks."""
Read = Callable[[int], bool]
"""Whether the officer has read the entry at this log index."""


class Post(Struct, frozen=True, kw_only=True):
    """One message. `to` is empty where it went to all; `sealed` is the code of the error that keeps its words away."""

    index: int
    at: int
    id: str
    ncp: str
    to: tuple[str, ...]
    ref: str | None
    announced: bool
    mine: bool
    unread: bool
    words: bodies.Text | None
    sealed: str | None


class Thread(Struct):
    """A conversation as it is kept: the log indexes of its messages, by the id of the first one."""

    root: str
    scope: Scope
    to: tuple[str, ...]
    indexes: list[int]
    ncps: set[str]


class Summary(Struct, frozen=True, kw_only=True):
    """One conversation in the list, with its first and its newest message."""

    root: str
    scope: Scope
    to: tuple[str, ...]
    first: Post
    newest: Post
    messages: int
    unread: int


class Page(Struct, frozen=True):
    """The newest first. `older` goes on as `before`; None where there are no older ones."""

    threads: tuple[Summary, ...]
    older: int | None


class Threads(Follower):
    """Conversations in the order of their newest messages."""

    def __init__(self, view: View, reading: Reading, search: Search) -> None:
        super().__init__(view)
        self._reading = reading
        self._search = search

    def _begin(self) -> None:
        self._threads: OrderedDict[str, Thread] = OrderedDict()
        self._root_of: dict[str, str] = {}
        self._others: list[int] = []

    def _take(self, accepted: Accepted, act: Act) -> None:
        if not isinstance(act.event, events.MessagePosted | events.AnnouncementPosted):
            return
        name = act.header.id
        root = self._root_of.setdefault(name, self._root_of.get(act.header.ref or "", name))
        if root not in self._threads:
            to = () if act.header.to == EVERYONE else tuple(act.header.to)
            self._threads[root] = Thread(root, self._scope(to), to, [], set())
        thread = self._threads[root]
        thread.indexes.append(accepted.index)
        thread.ncps |= {self._ncp(act), *(() if act.header.to == EVERYONE else act.header.to)}
        self._threads.move_to_end(root)
        if self._ncp(act) != self._view.settings.ncp:
            self._others.append(accepted.index)

    def _scope(self, to: tuple[str, ...]) -> Scope:
        ocu = self._view.state.organisers
        if not to:
            return "all"
        if set(to) == {self._view.settings.ncp}:
            return "national"
        return "ocu" if ocu & set(to) and len(set(to) - ocu) <= 1 else "countries"

    def page(
        self,
        read: Read,
        *,
        scope: Scope | None = None,
        ncp: str | None = None,
        before: int | None = None,
        limit: int = 30,
    ) -> Page:
        """The conversations of this scope in which that participant writes or is written to, whose newest message has a
        log index below `before`."""
        self.catch_up()
        found: list[Thread] = []
        for thread in reversed(self._threads.values()):
            if before is not None and thread.indexes[-1] >= before:
                continue
            if (scope is None or thread.scope == scope) and (ncp is None or ncp in thread.ncps):
                if len(found) == limit:
                    return self._page(found, read, found[-1].indexes[-1])
                found.append(thread)
        return self._page(found, read, None)

    def thread(self, message: str, read: Read) -> tuple[Thread, tuple[Post, ...]]:
        """The conversation that this message belongs to, oldest first. Raises RefusedError where there is none."""
        self.catch_up()
        root = self._root_of.get(message)
        if root is None:
            raise RefusedError("unknown-id", f"This desk holds no event with the id {message}.")
        thread = self._threads[root]
        return thread, tuple(self._posts(thread.indexes, read))

    def unread(self, read: Read) -> int:
        """How many messages of others the officer has not read."""
        self.catch_up()
        return sum(not read(index) for index in self._others)

    def search(self, query: str, read: Read, limit: int = 50) -> tuple[Post, ...]:
        """The newest messages that hold every word of the query, as far as the index is (`Search.progress`)."""
        self.catch_up()
        acts = self._view.acts
        found = (index for index in self._search.find(query) if _is_message(acts[index].act))
        return tuple(self._posts(islice(found, limit), read))

    def _page(self, threads: list[Thread], read: Read, older: int | None) -> Page:
        return Page(tuple(self._summary(thread, read) for thread in threads), older)

    def _summary(self, thread: Thread, read: Read) -> Summary:
        first, newest = self._posts((thread.indexes[0], thread.indexes[-1]), read)
        return Summary(
            root=thread.root,
            scope=thread.scope,
            to=thread.to,
            first=first,
            newest=newest,
            messages=len(thread.indexes),
            unread=sum(self._is_unread(index, read) for index in thread.indexes),
        )

    def _posts(self, indexes: Iterable[int], read: Read) -> Iterator[Post]:
        for index in indexes:
            accepted = self._view.acts[index]
            if accepted.act is not None:
                yield self._post(accepted, accepted.act, read)

    def _post(self, accepted: Accepted, act: Act, read: Read) -> Post:
        words, sealed = None, None
        try:
            words = self._reading.body(accepted, "text")
        except VocuError as error:
            sealed = error.code
        ncp = self._ncp(act)
        return Post(
            index=accepted.index,
            at=accepted.at,
            id=act.header.id,
            ncp=ncp,
            to=() if act.header.to == EVERYONE else tuple(act.header.to),
            ref=act.header.ref,
            announced=isinstance(act.event, events.AnnouncementPosted),
            mine=ncp == self._view.settings.ncp,
            unread=self._is_unread(accepted.index, read),
            words=words,
            sealed=sealed,
        )

    def _is_unread(self, index: int, read: Read) -> bool:
        act = self._view.acts[index].act
        return act is not None and self._ncp(act) != self._view.settings.ncp and not read(index)


def _is_message(act: Act | None) -> bool:
    return act is not None and isinstance(act.event, events.MessagePosted | events.AnnouncementPosted)
