"""What the search box offers: a line for each name, setting or purpose that leads to a page, the page beside it.

The name stands in front, so that whoever searches sees which one matched. A line's id begins with its page's slug.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from lib.exercises import Exercise
from lib.guides.search_words import ELSEWHERE, LATER, PARTS, SETTINGS
from lib.lesson.spec import Topic

Line = tuple[str, str]  # the page's slug, and what its line says


def page_of(line_id: str) -> str:
    """The slug of the page that a line leads to."""
    return line_id.partition("/")[0]


def search_lines(
    topics: Mapping[str, Topic],
    pages: Mapping[str, tuple[str, tuple[str, ...], str]],
    exercises: Mapping[str, Exercise],
) -> dict[str, str]:
    """Line id → what it says. `pages` maps a slug to title, other names and purpose; `exercises` a page's slug to one.

    A page's own line comes first and has the page's slug as its id. No two lines say the same.
    """
    titles = {slug: topic.title for slug, topic in topics.items()} | {slug: page[0] for slug, page in pages.items()}
    lines: dict[str, str] = {
        slug: " · ".join(filter(None, (topic.title, topic.torchs_own))) for slug, topic in topics.items()
    }
    lines |= {slug: title for slug, (title, _, _) in pages.items()}
    lines |= {slug: _exercise(task) for slug, task in exercises.items()}
    known = set(lines.values())
    for slug, says in _other_lines(topics, pages, titles):
        if says not in known:
            known.add(says)
            lines[f"{slug}/{len(lines)}"] = says
    return lines


def _other_lines(
    topics: Mapping[str, Topic],
    pages: Mapping[str, tuple[str, tuple[str, ...], str]],
    titles: Mapping[str, str],
) -> Iterator[Line]:
    for slug, topic in topics.items():
        settings = {_in_words(spec.name): _setting(spec.name) for spec in topic.parameters}
        yield from _leading(slug, titles[slug], [name for name in topic.names if _in_words(name) not in settings])
        yield from _leading(slug, titles[slug], settings.values())
    for slug, (title, names, _) in pages.items():
        yield from _leading(slug, title, names)
    yield from ((slug, f"{part} → {titles[slug]}") for part, slug in PARTS.items() if slug in titles)
    for where, missing in ELSEWHERE.items():
        for name, slug in missing.items():
            yield slug, f"{name} → not in {where}; nearest: {titles[slug]}"
    yield from ((slug, f"{name} → left for later; nearest: {titles[slug]}") for name, slug in LATER.items())
    for slug, topic in topics.items():
        yield slug, f"{titles[slug]}: {topic.purpose}"
    for slug, (title, _, purpose) in pages.items():
        yield slug, f"{title}: {purpose}"


def _exercise(task: Exercise) -> str:
    """An exercise's line: its title, its function, and what it is about."""
    return f"{task.title} · exercise: {', '.join(dict.fromkeys((task.function, *task.tags)))}"


def _leading(slug: str, title: str, names: Iterable[str]) -> Iterator[Line]:
    return ((slug, f"{name} → {title}") for name in names if name.casefold() != title.casefold())


def _in_words(name: str) -> str:
    return name.casefold().replace("_", " ")


def _setting(name: str) -> str:
    """A setting under all its names: label smoothing · label_smoothing · 标签平滑."""
    return " · ".join(dict.fromkeys((_in_words(name), name, *SETTINGS.get(name, ()))))
