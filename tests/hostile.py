"""Files that no administrator writes, and what reading them does: run as a program, watched.

`python -m tests.hostile FOLDER` makes every one of them there, reads it with a memory of 256 MB
under an audit hook, and prints as JSON how each went.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from engine.config import read as read_config
from engine.errors import ConfigError, DefinitionError
from engine.loading import load, sources
from engine.scenarios.reading import read as read_scenario
from tests.definitions import SOUND, write
from tests.partnership import BASE, NAMES

MEMORY = 256 * 1024 * 1024
K = 240_000

FIRST = "[[step]]\non = 0001-01-01"
STORY = '[[step]]\non = 2026-01-05\nby = "unit"\ndoes = "open"\n'


def filled(line: str, size: int = K) -> str:
    """A line, numbered anew each time, until the text has this size."""
    return "".join(line.replace("%", str(n)) for n in range(size // len(line)))


CONTENTS: dict[str, str | bytes] = {
    "five megabytes": "# " + "x" * 5_000_000,
    "five megabytes of keys": filled("k% = 1\n", 5_000_000),
    "a dotted key of 40 kB": f"a{'.a' * 20_000} = 1",
    "dotted keys": filled(f"a%{'.a' * 20} = 1\n"),
    "a dotted header": f"[a{'.a' * 20_000}]",
    "quoted dotted keys": 'x"a"' + '."a"' * 10_000 + " = 1",
    "lists 10,000 deep": f"a = {'[' * 10_000}{']' * 10_000}",
    "tables 10,000 deep": f"a = {'{a = ' * 10_000}1{'}' * 10_000}",
    "lists that never close": f"a = {'[' * K}",
    "brackets": "[" * K,
    "many keys": filled("k% = 1\n"),
    "many tables": filled("[role.r%]\n"),
    "many lists": "a = [" + "1," * (K // 2) + "]",
    "many guards": '[transition.x]\nfrom = "x"\nwho = "x"\nonly_if = [' + filled("{q%='y'},") + "]",
    "many answers": '[question.x]\nask = "x"\nanswer = [' + filled("'c%',") + "]",
    "many steps": filled('[[step]]\ndoes = "x%"\n'),
    "many people": filled('[[person]]\nid = "p%"\n'),
    "a long name": f"[role.{'a' * K}]",
    "a long word": f'a = "{"x" * K}"',
    "quotes that never close": 'a = "' + '\\"' * 100_000,
    "long quotes that never close": 'a = """' + 'x"" ' * 50_000,
    "UTF-16": SOUND["process.toml"].encode("utf-16"),
    "UTF-16 without a mark": SOUND["process.toml"].encode("utf-16-le"),
    "UTF-32": SOUND["process.toml"].encode("utf-32"),
    "Latin-1": "\n# caf\xe9".encode("latin-1"),
    "NUL": "\n[role.a]\ntitle = 'a\0b'",
    "an escape": '\n# \x1b[2J\na = "b"',
    "a mark within": "\na = 'x\ufeffy'",
    "a line that turns": "\na = 'x\u202ey'",
    "half a surrogate": b"\na = '\xed\xa0\x80'",
    "an escaped surrogate": '\na = "\\ud800"',
    "a long number": f"\na = {'9' * 5000}",
    "a carriage return alone": "\na = 1\rb = 2",
    "homoglyph key": "\n\u0430 = 1",
    "homoglyph table": "\n[r\u043ele.x]\n",
    "infinity": "\na = [inf, nan, 1e400, -0.0]",
    "days that are none": "\na = 2025-02-30",
    "the first day": "\n[[no_worker]]\nfrom = 0001-01-01\nuntil = 9999-12-31\n" + FIRST,
    "a time alone": "\n[[step]]\non = 10:00:00\nhappened = 10:00:00",
    "values of other kinds": "\n[[step]]\nfiles = 3\nwith = [1]\nthen = 'x'\nby = []\ndoes = {}",
    "begins with itself": 'title = "x"\nbegins = "../story"\nfollows = 3\n[[step]]\n',
}
"""By what is wrong with each, what may stand in any file."""

HARMLESS = ("the first day in scenarios/story.toml",)
"""What is strange, and can be read."""

KINDS = ("more.toml", "packs/letter.toml", "children/reply.toml", "config.toml", "names.toml")
STORIES = "scenarios/story.toml"


def texts() -> Iterator[tuple[str, str, Callable[[Path], None]]]:
    """Each content in each kind of file: its name, the file, and what puts it there."""
    for what, content in CONTENTS.items():
        for called in (*KINDS, STORIES):
            yield f"{what} in {called}", called, _put(called, content)


def _put(called: str, content: str | bytes) -> Callable[[Path], None]:
    return lambda folder: _write(folder, {called: content})


def _write(folder: Path, files: dict[str, str | bytes]) -> None:
    write(folder, files)


def things() -> Iterator[tuple[str, str, Callable[[Path], None]]]:
    """What is no file, where a file should be."""
    for called in (*KINDS, STORIES):
        yield f"a pipe as {called}", called, _instead(called, os.mkfifo)
        yield f"a device as {called}", called, _instead(called, _linked("/dev/zero"))
        yield f"a folder as {called}", called, _instead(called, os.mkdir)
        yield f"a loop as {called}", called, _instead(called, _linked(Path(called).name))
        yield f"a sparse file as {called}", called, _instead(called, _sparse)
    for called in ("more.toml", "packs/logo.png", "children/more.toml", STORIES):
        outside = _instead(called, _linked("/etc/hostname"))
        yield f"a link out as {called}", called, outside
    for called in ("packs", "children"):
        yield f"a link out as {called}", called, _folder_out(called)
    yield "10,000 files", "", _many(".toml", "")
    yield "10,000 files of packs", "", _many(".png", "packs")
    yield "folders 200 deep", "", _deep
    yield "a sparse picture", "packs/logo.png", _instead("packs/logo.png", _sparse)
    yield "a name with a line break", "", _instead("a\nb.toml", _empty)
    yield "a name that is no text", "", _instead("a\udcffb.toml", _empty)


def _instead(called: str, make: Callable[[Path], object]) -> Callable[[Path], None]:
    def put(folder: Path) -> None:
        file = folder / called
        file.parent.mkdir(parents=True, exist_ok=True)
        file.unlink(missing_ok=True)
        make(file)

    return put


def _linked(target: str) -> Callable[[Path], object]:
    return lambda file: file.symlink_to(target)


def _sparse(file: Path) -> None:
    with file.open("wb") as made:
        made.truncate(10**12)


def _empty(file: Path) -> None:
    file.write_text("")


def _folder_out(called: str) -> Callable[[Path], None]:
    def put(folder: Path) -> None:
        (folder / called).rename(folder / f"old_{called}")
        (folder / called).symlink_to("/usr")

    return put


def _many(ending: str, within: str) -> Callable[[Path], None]:
    def put(folder: Path) -> None:
        for number in range(10_000):
            (folder / within / f"f{number}{ending}").touch()

    return put


def _deep(folder: Path) -> None:
    way = folder / "packs" / "/".join(["d"] * 200)
    way.mkdir(parents=True)
    (way / "x.toml").write_text("[[section]]\n")


FORBIDDEN = (
    *("exec", "compile", "import", "open to write", "open outside", "ctypes", "subprocess"),
    *("os.system", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.remove", "os.rename"),
    *("os.mkdir", "os.rmdir", "os.chmod", "os.putenv", "socket", "urllib", "marshal", "pickle"),
    *("shutil", "tempfile", "pty", "code.__new__", "webbrowser", "sqlite3", "mmap"),
)


class Watch:
    """What a program does that reading a file needs not."""

    def __init__(self, folder: Path) -> None:
        self.folder = str(folder.resolve())
        self.on = False
        self.seen: list[str] = []

    def __call__(self, event: str, args: tuple[object, ...]) -> None:
        if not self.on:
            return
        if event == "open":
            event = self._opened(*args[:2])
        if event.startswith(FORBIDDEN):
            self.seen.append(f"{event} {str(args)[:200]}")

    def _opened(self, path: object, mode: object) -> str:
        if isinstance(mode, str) and set(mode) & set("wax+"):
            return "open to write"
        inside = isinstance(path, str) and str(Path(path).absolute()).startswith(self.folder)
        return "open" if inside else "open outside"


def told(folder: Path, called: str) -> list[str]:
    """The mistakes that are told of the file when the folder is read, each with file and line."""
    try:
        if called in ("config.toml", "names.toml"):
            read_config(folder / "config.toml")
        elif called == STORIES:
            read_scenario(folder / STORIES)
        else:
            load(folder)
            sources(folder)
    except DefinitionError as error:
        return [str(mistake) for mistake in error.mistakes]
    except ConfigError as error:
        return str(error).split("\n")
    return []


def sound(folder: Path) -> None:
    """A folder in which nothing is wrong."""
    config = BASE + '[names]\nfile = "names.toml"\n'
    files = {**SOUND, STORIES: f'title = "x"\n{STORY}', "names.toml": NAMES, "config.toml": config}
    inner = {name: text for name, text in files.items() if name not in KINDS[3:]}
    write(folder, inner)
    write(folder, {name: files[name] for name in KINDS[3:] if name in files})


def main(place: Path) -> None:
    """Read each of them, and print how it went."""
    watch = Watch(place)
    _warm(place / "warm")
    sys.addaudithook(watch)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    results = {}
    for number, (name, called, put) in enumerate((*texts(), *things())):
        folder = place / f"h{number}" / "sample"
        sound(folder)
        for other in ("config.toml", "names.toml"):
            if called not in ("config.toml", "names.toml"):
                (folder / other).unlink()
        put(folder)
        watch.seen, begun = [], time.process_time()
        watch.on = True
        try:
            found, raised = told(folder, called), ""
        except BaseException as error:  # whatever it is, the test is told
            found, raised = [], repr(error)[:300]
        watch.on = False
        results[name] = {
            "file": called,
            "told": found[:5],
            "number": len(found),
            "raised": raised,
            "seconds": time.process_time() - begun,
            "did": watch.seen[:5],
        }
    sys.stdout.write(json.dumps(results))


def _warm(folder: Path) -> None:
    """What is imported only once something is wrong is imported now."""
    sound(folder / "sample")
    process = SOUND["process.toml"].replace('title = "business unit"', 'titel = "unit"')
    write(folder / "sample", {"process.toml": process, "config.toml": BASE.replace("by ", "bi ")})
    write(folder / "sample", {STORIES: '[[step]]\non = 2026-01-05\ndose = "x"\n'})
    for called in ("more.toml", "config.toml", STORIES):
        told(folder / "sample", called)
    sound(folder / "other")
    told(folder / "other", "more.toml")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
