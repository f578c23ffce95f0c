"""Reading a list page by page, however the vendor's paging behaves."""

from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")


class Batch(NamedTuple, Generic[T]):
    """The items read of a list, and whether some of it was left unread."""

    items: tuple[T, ...]
    more: bool


async def gather_pages(
    page: Callable[[int], Awaitable[tuple[list[T], str | None]]],
    key: Callable[[T], Hashable],
    *,
    most: int,
) -> Batch[T]:
    """The items of at most `most` pages from number 1 on, each once by `key`.

    `page` gives the items of a page and the number of the next one; what it raises goes through. A
    page that brings nothing new though another is promised ends it: a vendor may repeat a page, or
    promise pages for ever.
    """
    found: dict[Hashable, T] = {}
    number = 1
    for _ in range(most):
        items, following = await page(number)
        before = len(found)
        for item in items:
            found.setdefault(key(item), item)
        if following is None:
            return Batch(tuple(found.values()), more=False)
        if len(found) == before:
            break
        number = int(following)
    return Batch(tuple(found.values()), more=True)
