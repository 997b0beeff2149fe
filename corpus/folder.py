"""Which files a folder holds, behind symbolic links too."""

import os
from pathlib import Path

from corpus.errors import UnreadableFile


def find_files(path: Path) -> list[Path]:
    """The files to read under `path`: itself, or every file of a folder in order of name, hidden ones left out.

    Links are followed, but not back to a folder that they lie in; what several names lead to is given once, by its own
    name if that is among them. A link that leads nowhere is given too, so that reading it says so. Raises
    `UnreadableFile` when there is nothing there.
    """
    if path.is_file() or path.is_fifo():
        return [path]
    if not path.is_dir():
        raise UnreadableFile(f"There is no file or folder {path}.")
    found: dict[str, Path] = {}
    seen = {os.path.realpath(path)}
    for folder, folders, names in os.walk(path, followlinks=True):
        place = os.path.realpath(folder)
        folders[:] = [name for name in sorted(folders) if _is_new(os.path.join(folder, name), place, seen)]
        for file in (Path(folder, name) for name in names if not name.startswith(".")):
            if not file.is_symlink():
                if file.is_file():  # no pipe and no socket
                    found[os.path.join(place, file.name)] = file
            elif file.is_file() or not file.exists():
                found.setdefault(os.path.realpath(file), file)
    if not found:
        raise UnreadableFile(f"The folder {path} holds no files.")
    return sorted(found.values())


def _is_new(folder: str, inside: str, seen: set[str]) -> bool:
    """Whether a folder that lies `inside` another is to be looked through; from here on it was `seen`."""
    real = os.path.realpath(folder)
    if os.path.basename(folder).startswith(".") or real in seen or Path(inside).is_relative_to(real):
        return False
    seen.add(real)
    return True
